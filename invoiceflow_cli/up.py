"""`invoiceflow up`: the whole system as real processes until it is told to stop, on embedded stand-ins or on what is named."""

import errno
import fcntl
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from invoiceflow import settings
from invoiceflow.ports.ingest_queue import IngestQueue
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_cli import instance, leftovers
from invoiceflow_cli.databases import NoDatabase, databases, for_dagster, with_driver
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.supervisor import Child, mend, stop

logger = logging.getLogger("invoiceflow.up")

TOP = Path(__file__).parents[1]
READY_SECONDS = 120.0
AWAY_SECONDS = 30.0
"""Then what waits for a service that others run is waited for no longer: the rest runs, and it comes when it comes."""
LOOK_AGAIN_SECONDS = 2.0
DEFINITIONS = "invoiceflow_pipeline.definitions"
BEHIND_THE_SERVICES = ("nice", "-n", "5")
"""For the code server and the consumer runs, its children: in a burst uploads and searches are answered first."""
LOCATION = ("--location-name", "invoiceflow")


class CannotStart(Exception):
    """Something stands in the way; the text says what and how to mend it."""


@dataclass(frozen=True)
class Ports:
    ingest: int
    query: int
    dagster: int


class Up:
    """One running system in `home`. `start`, then `open_ui`, then `watch` until `stop_now` is set, then `close`."""

    def __init__(self, home: Path, ports: Ports, host: str, *, embedded: bool) -> None:
        self._home = home.absolute()
        self._ports = ports
        self._host = host
        self._embedded = embedded
        self._databases = databases(self._home / "postgres", os.environ, embedded=embedded)
        self._children: list[Child] = []
        self._webserver: Child | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._late: list[tuple[str, Callable[[], bool]]] = []
        self._look_again_at = 0.0
        self.stop_now = threading.Event()
        self.facts: InstanceFacts | None = None

    def start(self, tell: Callable[[str], None] = lambda _: None) -> InstanceFacts:
        """Everything started, and waited for until an upload will be searchable. Raises CannotStart."""
        os.environ[leftovers.MARK] = str(self._home)
        killed = leftovers.kill(self._home)
        if killed:
            logger.warning("Ended %s processes that an earlier start had left", killed)
        self._start_watchdog()
        environment, code_port = self._environment_without_database()
        tell("code server")
        python = sys.executable
        code_server = self._child(
            "code-server",
            [
                *BEHIND_THE_SERVICES,
                python,
                "-m",
                "dagster",
                "api",
                "grpc",
                "-m",
                DEFINITIONS,
                "-h",
                "127.0.0.1",
                "-p",
                str(code_port),
                *LOCATION,
            ],
            environment,
        )
        tell("database")
        try:
            urls = self._databases.start()
        except NoDatabase as error:
            raise CannotStart(str(error)) from None
        environment |= {
            "DATABASE_URL": urls.invoiceflow,
            "DAGSTER_POSTGRES_URL": for_dagster(urls.dagster),
            "DAGSTER_CELERY_BROKER": os.environ.get("DAGSTER_CELERY_BROKER") or os.environ.get("RABBITMQ_URL", ""),
            "DAGSTER_CELERY_BACKEND": os.environ.get("DAGSTER_CELERY_BACKEND") or f"db+{with_driver(urls.dagster)}",
        }
        code_server.environment = environment
        code_server.start()
        from invoiceflow import migrations  # takes half a second, which the code server uses meanwhile

        tell("migrations")
        migrations.upgrade(environment["DATABASE_URL"])
        return self._start_services(environment, tell)

    def _start_services(self, environment: dict[str, str], tell: Callable[[str], None]) -> InstanceFacts:
        python, workspace = sys.executable, str(TOP / "workspace.yaml")
        command = [python, "-m", "invoiceflow_pipeline.dagster_storage.daemon", "run", "-w", workspace]
        self._child("daemon", command, environment).start()
        ingest = {**environment, "HOST": self._host, "PORT": str(self._ports.ingest)}
        self._child("ingest", [python, "-m", "invoiceflow_api.ingest"], ingest).start()
        query = {**ingest, "QUERY_PORT": str(self._ports.query), "SERVICE_NAME": "query-service"}
        self._child("query", [python, "-m", "invoiceflow_api.query"], query).start()
        tell("ingest and query API")
        local = _reached_at(self._host)
        chosen = settings.load({**os.environ, **environment})
        facts = InstanceFacts(
            pid=os.getpid(),
            ingest_url=f"http://{local}:{self._ports.ingest}",
            query_url=f"http://{local}:{self._ports.query}",
            dagster_url=f"http://{local}:{self._ports.dagster}{chosen.dagster_path}",
            database_url=environment["DATABASE_URL"],
            ready=False,
            embedded=self._embedded,
        )
        self._wait("the ingest API", lambda: _answers(f"{facts.ingest_url}/readyz"))
        instance.write(self._home, facts)
        self._wait_or_go_on(
            "the query API", lambda: _answers(f"{facts.query_url}/readyz"), needs_others=chosen.opensearch_url is not None
        )
        if chosen.min_consumers:  # none is kept waiting otherwise: the first upload starts one
            tell("consumer")
            with _queue(environment) as queue:
                self._wait_or_go_on(
                    "a consumer of the queue",
                    lambda: _has_consumer(queue),
                    lambda: _has_consumer_now(environment),
                    needs_others=chosen.rabbitmq_url is not None,
                )
        # the UI waits for open_ui: until an invoice can go through, its start would only take the processors' time
        webserver = [python, "-m", "dagster_webserver", "-h", self._host, "-p", str(self._ports.dagster), "-w", workspace]
        if chosen.dagster_path:
            webserver += ["--path-prefix", chosen.dagster_path]
        self._webserver = self._child("webserver", webserver, environment)
        self.facts = replace(facts, ready=not self._late)
        instance.write(self._home, self.facts)
        return self.facts

    def open_ui(self) -> None:
        """Starts Dagster's webserver; it answers some seconds later."""
        if self._webserver is not None and self._webserver.process is None:
            self._webserver.start()

    def wait_for_ui(self) -> None:
        """Raises CannotStart."""
        if self.facts is not None:
            server = f"{self.facts.dagster_url}/server_info"
            self._wait("Dagster's UI", lambda: _answers(server))

    def watch(self) -> None:
        """Mends what dies until `stop_now` is set. Raises supervisor.GaveUp, EmbeddedPostgresError."""
        while not self.stop_now.wait(0.2):
            self.tend()

    def tend(self) -> None:
        """Starts again what has died. Raises supervisor.GaveUp, EmbeddedPostgresError."""
        self._databases.tend()
        if self._watchdog is None or self._watchdog.poll() is not None:
            logger.warning("the watchdog died; it is started again")
            self._start_watchdog()
        mend(self._children, time.monotonic())
        if self._late and self.facts is not None and time.monotonic() > self._look_again_at:
            self._look_again(self.facts)

    def _look_again(self, facts: InstanceFacts) -> None:
        """Whether what others run has come back."""
        self._late = [(what, is_there) for what, is_there in self._late if not is_there()]
        self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
        if not self._late:
            logger.info("ready: what was away is back")
            self.facts = replace(facts, ready=True)
            instance.write(self._home, self.facts)

    def _start_watchdog(self) -> None:
        self._watchdog = subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "invoiceflow_cli.leftovers", str(self._home)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": _python_path()},
        )

    def close(self) -> None:
        """Stops everything in order; nothing of this home runs afterwards."""
        instance.remove(self._home)
        order = ["webserver", "daemon", "ingest", "query", "code-server"]
        by_name = {child.name: child for child in self._children}
        self._end_runs()
        stop([by_name[name] for name in order if name in by_name])
        self._databases.stop()
        spared = frozenset({self._watchdog.pid}) if self._watchdog else frozenset()
        leftovers.kill(self._home, spared | {os.getpid()})
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait(10)
        os.environ.pop(leftovers.MARK, None)

    def _end_runs(self) -> None:
        """Consumer runs leave on SIGTERM and give their messages back; the code server would wait for them."""
        known = {child.process.pid for child in self._children if child.process is not None}
        for process in leftovers.of_home(self._home):
            with suppress(Exception):
                parent = process.parent()
                is_run = parent is not None and parent.pid in known and "spawn_main" in " ".join(process.cmdline())
                if is_run:
                    process.send_signal(signal.SIGTERM)

    def _child(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        child = Child(name, command, environment, self._home / "logs" / f"{name}.log")
        self._children.append(child)
        return child

    def _environment_without_database(self) -> tuple[dict[str, str], int]:
        dagster_home = self._home / "dagster"
        dagster_home.mkdir(parents=True, exist_ok=True)
        region = os.environ.get("AWS_REGION")
        logs_to_s3 = bool(os.environ.get("S3_BUCKET") and region)
        own = TOP / ("deploy/dagster.yaml" if logs_to_s3 else "dagster.yaml")
        shutil.copyfile(os.environ.get("INVOICEFLOW_DAGSTER_YAML") or own, dagster_home / "dagster.yaml")
        code_port = _free_port()
        environment = {
            "INVOICEFLOW_EMBEDDED": str(self._embedded).lower(),
            "INVOICEFLOW_HOME": str(self._home),
            "DAGSTER_HOME": str(dagster_home),
            "DAGSTER_COMPUTE_LOGS": str(self._home / "logs" / "runs"),
            "DAGSTER_CODE_SERVER_PORT": str(code_port),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "PYTHONPATH": _python_path(),
            "PYTHONUNBUFFERED": "1",
        }
        if region:
            environment["AWS_DEFAULT_REGION"] = region  # boto3, as Dagster uses it, reads no other name
        return environment, code_port

    def _wait(self, what: str, condition: Callable[[], bool]) -> None:
        """Raises CannotStart."""
        if not self._comes(condition, READY_SECONDS):
            raise CannotStart(f"{what} is not ready after {READY_SECONDS:.0f} s; see the logs in {self._home / 'logs'}")

    def _wait_or_go_on(
        self, what: str, condition: Callable[[], bool], later: Callable[[], bool] | None = None, *, needs_others: bool
    ) -> None:
        """As _wait; but a service that others run may be away, which must not keep the rest from running. Then `later` is
        asked in place of `condition`. Raises CannotStart."""
        if not needs_others:
            self._wait(what, condition)
        elif not self._comes(condition, AWAY_SECONDS):
            logger.warning("%s is not ready: is a service away that the environment names? The rest runs meanwhile", what)
            self._late.append((what, later or condition))

    def _comes(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            self.tend()
            if self.stop_now.is_set():
                raise CannotStart("it was stopped while it started")
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


@contextmanager
def running(home: Path, ports: Ports, host: str, tell: Callable[[str], None] = lambda _: None) -> Iterator[Up]:
    """A started system, closed at the end; SIGTERM and Ctrl-C set its `stop_now`. Raises CannotStart before anything starts
    when a port is taken or the home is in use."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"{home} cannot be made a folder ({error.strerror}); choose another with INVOICEFLOW_HOME") from None
    with _locked(home):
        check_ports(ports, host)
        up = Up(home, ports, host, embedded=_embedded())
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        for number, handler in before.items():
            # nohup keeps SIGHUP ignored. An ignored SIGINT (a script's background job) must not be handed down: Dagster
            # takes its way with SIGINT for SIGTERM as well, and would never end
            if number != signal.SIGHUP or handler is not signal.SIG_IGN:
                signal.signal(number, lambda *_: up.stop_now.set())
        try:
            up.start(tell)
            yield up
        finally:
            up.close()
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)


def _embedded() -> bool:
    """Whether the database is a stand-in; unless INVOICEFLOW_EMBEDDED says false, it is. Raises CannotStart."""
    given = {**os.environ, "INVOICEFLOW_EMBEDDED": os.environ.get("INVOICEFLOW_EMBEDDED") or "true"}
    try:
        chosen = settings.load({**given, "INVOICEFLOW_HOME": "."})
    except settings.SettingsError as error:
        raise CannotStart(str(error)) from None
    if chosen.embedded and os.environ.get("DATABASE_URL"):
        logger.warning("DATABASE_URL is set and not used: `up` runs its own database, unless INVOICEFLOW_EMBEDDED is false")
    return chosen.embedded


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"another InvoiceFlow runs in {home}; stop it, or choose another folder (INVOICEFLOW_HOME)"
            ) from None
        yield


def check_ports(ports: Ports, host: str) -> None:
    """Raises CannotStart: `host` is none of this machine's addresses, or a port is taken or given twice."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotStart(f"the address {host} cannot be listened on ({error}); choose another with HOST=…") from None
    named: dict[int, str] = {}
    for name, variable, port in (
        ("ingest API", "PORT", ports.ingest),
        ("query API", "QUERY_PORT", ports.query),
        ("Dagster UI", "DAGSTER_PORT", ports.dagster),
    ):
        if port in named:
            raise CannotStart(f"port {port} is given to the {named[port]} and the {name}; choose another with {variable}=…")
        named[port] = name
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address[0], port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise CannotStart(f"port {port} ({name}) of {host} cannot be used: {error.strerror}") from None
                raise CannotStart(f"port {port} ({name}) is taken; free it, or choose another with {variable}=…") from None


def _reached_at(host: str) -> str:
    """Where a service that listens on `host` is reached from this machine, as it stands in a URL."""
    if host in ("0.0.0.0", ""):  # noqa: S104  what is asked for, not what is bound
        return "127.0.0.1"
    return {"::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _python_path() -> str:
    return os.pathsep.join(filter(None, [str(TOP), os.environ.get("PYTHONPATH", "")]))


def _free_port() -> int:
    for _ in range(50):
        port = 20_000 + secrets.randbelow(12_000)  # below the range the kernel gives to clients
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise CannotStart("no free port was found for the code server")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _queue(environment: dict[str, str]) -> Iterator[IngestQueue]:
    from invoiceflow.bootstrap import assemble

    with assemble(settings.load({**os.environ, **environment}), application_name="up", pool_size=1) as system:
        yield system.queue


def _has_consumer_now(environment: dict[str, str]) -> bool:
    with _queue(environment) as queue:
        return _has_consumer(queue)


def _has_consumer(queue: IngestQueue) -> bool:
    try:
        return queue.depth().consumers > 0
    except Unavailable:  # it may still be starting
        return False
