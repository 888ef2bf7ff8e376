"""`invoiceflow up`: the whole system as real processes until it is stopped, on embedded stand-ins or on named services."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg

from invoiceflow import settings
from invoiceflow_cli import child_environment, instance, orphans, readiness
from invoiceflow_cli.children import Child, restart_exited
from invoiceflow_cli.databases import NoDatabase, Urls, databases
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.preflight import CannotStart, Ports, check_ports, free_port, is_embedded, local_host, locked
from invoiceflow_cli.readiness import Outstanding, answers, has_consumer, has_consumer_now, open_queue
from invoiceflow_cli.shutdown import stop_programs
from invoiceflow_pipeline.dagster_storage.stopped_instigators import StoppedInstigator, stopped_instigators

logger = logging.getLogger("invoiceflow.up")

READY_SECONDS: Final = 120.0
UNAVAILABLE_SECONDS: Final = 30.0
"""After this the start goes on without what waits for a service that others run; it is ready when the service is."""
QUEUE_SENSOR: Final = "invoice_queue"
"""Without it nothing starts consumers, and nothing is read."""


class StoppedWhileStarting(BaseException):
    """A signal came while the system started. Not an Exception: whatever waits below must not take it for its own fault."""


class Supervisor:
    """One running system in `home`. `start`, then `open_ui`, then `monitor` until `stop_now` is set, then `close`."""

    def __init__(self, home: Path, ports: Ports, host: str, *, embedded: bool) -> None:
        self._home = home.absolute()
        self._ports = ports
        self._host = host
        self._embedded = embedded
        self._databases = databases(self._home / "postgres", os.environ, embedded=embedded)
        self._children: list[Child] = []
        self._webserver: Child | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._outstanding = Outstanding()
        self.is_starting = False
        self.stop_now = threading.Event()
        self.stopped: Sequence[StoppedInstigator] = ()
        self.facts: InstanceFacts | None = None

    def start(self, on_progress: Callable[[str], None] = lambda _: None) -> InstanceFacts:
        """Starts everything, and waits until an upload will become searchable, or will once what is missing is back.

        Raises CannotStart.
        """
        os.environ[orphans.MARK] = str(self._home)
        killed = orphans.kill(self._home)
        if killed:
            logger.warning("Ended %s processes that an earlier start had left behind", killed)
        self._start_watchdog()
        on_progress("code server")
        port = free_port()
        environment = child_environment.base_environment(self._home, port, embedded=self._embedded)
        code_server = self._child("code-server", child_environment.code_server(port), environment)
        on_progress("database")
        try:
            urls = self._databases.start()
        except NoDatabase as error:
            raise CannotStart(str(error)) from None
        environment |= child_environment.database_environment(urls)
        code_server.start()
        from invoiceflow import migrations  # takes half a second, which the code server uses meanwhile

        on_progress("migrations")
        migrations.upgrade(environment["DATABASE_URL"])
        return self._start_services(urls, environment, on_progress)

    def _start_services(self, urls: Urls, environment: dict[str, str], on_progress: Callable[[str], None]) -> InstanceFacts:
        chosen = settings.load({**os.environ, **environment})
        metrics = {**environment, "HOST": self._host}  # the daemon's process serves the pipeline's metrics
        self._child("daemon", child_environment.daemon(), metrics).start()
        ingest = {**environment, "HOST": self._host, "PORT": str(self._ports.ingest)}
        self._child("ingest", child_environment.web_program("ingest"), ingest).start()
        query = {**ingest, "QUERY_PORT": str(self._ports.query), "SERVICE_NAME": "query-service"}
        self._child("query", child_environment.web_program("query"), query).start()
        on_progress("ingest and query API")
        facts = self._facts(urls, chosen.dagster_path)
        self._wait("the ingest API", lambda: answers(f"{facts.ingest_url}/readyz"))
        instance.write(self._home, facts)
        self._wait_or_continue(
            "the query API", lambda: answers(f"{facts.query_url}/readyz"), needs_others=chosen.opensearch_url is not None
        )
        if chosen.min_consumers:  # otherwise the first upload starts one
            self._wait_for_consumer(urls, environment, on_progress, needs_others=chosen.rabbitmq_url is not None)
        # the UI waits for open_ui: until an invoice can go through, its start would only take processor time
        webserver = child_environment.webserver(self._host, self._ports.dagster, chosen.dagster_path)
        self._webserver = self._child("webserver", webserver, environment)
        self._webserver.is_stateless = True
        self.facts = replace(facts, ready=not self._outstanding.conditions)
        instance.write(self._home, self.facts)
        return self.facts

    def _wait_for_consumer(
        self, urls: Urls, environment: dict[str, str], on_progress: Callable[[str], None], *, needs_others: bool
    ) -> None:
        self.stopped = _stopped(urls.dagster)
        for one in self.stopped:
            logger.warning("The %s `%s` is stopped. %s", one.kind, one.name, one.how_to_start)
        if any(one.name == QUEUE_SENSOR for one in self.stopped):
            logger.warning("Until `%s` is started, uploads are accepted but not read", QUEUE_SENSOR)
            self._outstanding.add("a consumer", lambda: has_consumer_now(environment))
            return
        on_progress("consumer")
        with open_queue(environment) as queue:
            self._wait_or_continue(
                "a consumer of the queue",
                lambda: has_consumer(queue),
                lambda: has_consumer_now(environment),
                needs_others=needs_others,
            )

    def open_ui(self) -> None:
        """Starts Dagster's webserver; it answers some seconds later."""
        if self._webserver is not None and self._webserver.process is None:
            self._webserver.start()

    def wait_for_ui(self) -> None:
        """Returns when Dagster's UI answers. Raises CannotStart."""
        if self.facts is not None:
            server = f"{self.facts.dagster_url}/server_info"
            self._wait("Dagster's UI", lambda: answers(server))

    def monitor(self) -> None:
        """Restarts what exits until `stop_now` is set. Raises children.GaveUp, EmbeddedPostgresError."""
        while not self.stop_now.wait(0.2):
            self.restart_exited()

    def restart_exited(self) -> None:
        """Restarts what has exited, and looks whether what was outstanding is ready. Raises as `monitor`."""
        self._databases.restart_exited()
        if self._watchdog is None or self._watchdog.poll() is not None:
            logger.warning("the watchdog exited; it is restarted")
            self._start_watchdog()
        restart_exited(self._children, time.monotonic())
        if self.facts is not None and self._outstanding.have_all_come():
            logger.info("ready: what was unavailable is back")
            self.facts = replace(self.facts, ready=True)
            instance.write(self._home, self.facts)

    def close(self) -> None:
        """Stops everything in order; nothing of this home runs afterwards."""
        instance.remove(self._home)
        stop_programs(self._home, self._children)
        self._databases.stop()
        spared = frozenset({self._watchdog.pid}) if self._watchdog else frozenset()
        orphans.kill(self._home, spared | {os.getpid()})
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait(10)
        os.environ.pop(orphans.MARK, None)

    def _start_watchdog(self) -> None:
        self._watchdog = subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "invoiceflow_cli.orphans", str(self._home)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, **child_environment.import_path()},
        )

    def _child(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        child = Child(name, command, environment, self._home / "logs" / f"{name}.log")
        self._children.append(child)
        return child

    def _facts(self, urls: Urls, dagster_path: str) -> InstanceFacts:
        host = local_host(self._host)
        return InstanceFacts(
            pid=os.getpid(),
            ingest_url=f"http://{host}:{self._ports.ingest}",
            query_url=f"http://{host}:{self._ports.query}",
            dagster_url=f"http://{host}:{self._ports.dagster}{dagster_path}",
            database_url=urls.invoiceflow,
            ready=False,
            embedded=self._embedded,
            dagster_database_url=urls.dagster,
        )

    def _wait(self, what: str, condition: Callable[[], bool]) -> None:
        """Raises CannotStart."""
        if not readiness.comes_true(condition, READY_SECONDS, self._between):
            raise CannotStart(f"{what} is not ready after {READY_SECONDS:.0f} s; see the logs in {self._home / 'logs'}")

    def _wait_or_continue(
        self, what: str, condition: Callable[[], bool], later: Callable[[], bool] | None = None, *, needs_others: bool
    ) -> None:
        """As _wait; but an unavailable service that others run must not keep the rest from running. Then `later` is asked
        in place of `condition`. Raises CannotStart."""
        if not needs_others:
            self._wait(what, condition)
        elif not readiness.comes_true(condition, UNAVAILABLE_SECONDS, self._between):
            logger.warning("%s is not ready: is a service unavailable that the environment names? Continuing without it", what)
            self._outstanding.add(what, later or condition)

    def _between(self) -> None:
        self.restart_exited()
        if self.stop_now.is_set():
            raise CannotStart("it was stopped while it started")


def _stopped(dagster_url: str) -> list[StoppedInstigator]:
    try:
        return stopped_instigators(dagster_url)
    except psycopg.Error as error:
        logger.warning("Whether a sensor is stopped could not be looked up: %s", error)
        return []


@contextmanager
def running(home: Path, ports: Ports, host: str, on_progress: Callable[[str], None] = lambda _: None) -> Iterator[Supervisor]:
    """A started system, closed at the end; SIGTERM and Ctrl-C set its `stop_now`, and cut its start short. Raises CannotStart,
    before anything starts when a port or the home is in use."""
    with locked(home):
        check_ports(ports, host)
        supervisor = Supervisor(home, ports, host, embedded=is_embedded())

        def stop(*_: object) -> None:
            supervisor.stop_now.set()
            if supervisor.is_starting:
                supervisor.is_starting = False
                raise StoppedWhileStarting

        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        for number, handler in before.items():
            # nohup keeps SIGHUP ignored. An ignored SIGINT (a script's background job) must not be handed down: Dagster
            # handles SIGTERM as it found SIGINT, and would never end
            if number != signal.SIGHUP or handler is not signal.SIG_IGN:
                signal.signal(number, stop)
        try:
            _start(supervisor, on_progress)
            yield supervisor
        finally:
            supervisor.close()
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)


def _start(supervisor: Supervisor, on_progress: Callable[[str], None]) -> None:
    try:
        supervisor.is_starting = True
        supervisor.start(on_progress)
        supervisor.is_starting = False
    except StoppedWhileStarting:
        raise CannotStart("it was stopped while it started") from None
    finally:
        supervisor.is_starting = False
