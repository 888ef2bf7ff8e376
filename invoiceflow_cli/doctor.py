"""`invoiceflow doctor`: every setting and dependency looked at, with what to do about what is wrong."""

import json
import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

import psycopg
from rich.markup import escape

from invoiceflow import __version__
from invoiceflow.adapters.embedded_postgres import EmbeddedPostgresError, version
from invoiceflow.bootstrap import assemble, s3_location
from invoiceflow.ports.unavailable import Misconfigured, Unavailable
from invoiceflow.settings import Settings, SettingsError, load
from invoiceflow_cli import instance, terminal
from invoiceflow_cli.bucket_diagnosis import bucket_diagnoses
from invoiceflow_cli.diagnosis import Diagnosis
from invoiceflow_cli.preflight import CannotStart, Ports, check_ports
from invoiceflow_cli.terminal import print_json
from invoiceflow_pipeline.dagster_storage.stopped_instigators import stopped_instigators

ENOUGH_DISK = 2_000_000_000
FOLDER_MEND = "can its folder be written to, and is the disk full?"
SCHEMA_MEND = "is the database running, and is the schema there (`invoiceflow db upgrade`)?"
S3_MEND = "are S3_BUCKET, AWS_REGION, AWS_ENDPOINT_URL_S3 and S3_PATH_STYLE right, and may these credentials list the bucket?"
RABBITMQ_MEND = "is it running, and are RABBITMQ_URL's user, password and virtual host right?"
OPENSEARCH_MEND = "is it running, are OPENSEARCH_URL and its user right, and is the index there (`invoiceflow reindex`)?"
DAGSTER_QUERY = """
{ workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError { __typename } } } }
  instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }
"""


def examine(home: Path, *, as_json: bool) -> int:
    """The exit code: 1 when something is wrong."""
    if as_json:
        found = list(diagnoses(home))
        print_json([asdict(one) for one in found])
        return 1 if any(one.mend for one in found) else 0
    console = terminal.console()
    wrong = 0
    for diagnosis in diagnoses(home):
        wrong += bool(diagnosis.mend)
        mark = "[red]✗[/]" if diagnosis.mend else "[yellow]![/]" if diagnosis.advice else "[green]✓[/]"
        console.print(f"{mark} {escape(diagnosis.what)}: {escape(diagnosis.found)}")
        for words in filter(None, (diagnosis.mend, diagnosis.advice)):
            console.print(f"    {words}", style="yellow", markup=False)
    return 1 if wrong else 0


def diagnoses(home: Path) -> Iterator[Diagnosis]:
    """What was looked at, one after the other."""
    yield Diagnosis("InvoiceFlow", __version__)
    yield Diagnosis("Python", sys.version.split()[0], "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer")
    yield _disk(home)
    running = instance.read(home)
    environment = instance.environment(home)
    if running is not None:
        yield Diagnosis("System", f"runs in {home} (pid {running.pid})")
    elif "DATABASE_URL" not in environment:
        yield Diagnosis(
            "System", f"none runs in {home}", "start it with `invoiceflow up`, or set DATABASE_URL and the other variables"
        )
        yield _ports(environment)
        yield _postgres_programs()
        return
    try:
        settings = load(environment)
    except SettingsError as error:
        yield Diagnosis("Settings", str(error), "set or correct these variables; README.md lists all of them")
        return
    yield Diagnosis("Settings", "usable")
    yield from _dependencies(settings)
    if running is not None:
        for name, url in (("Ingest API", running.ingest_url), ("Query API", running.query_url)):
            well = _answers(f"{url}/readyz")
            yield Diagnosis(name, url if well else "does not answer", "" if well else f"look into {home / 'logs'}")
        yield from _dagster(running.dagster_url, home)
        if running.dagster_database_url:
            yield _stopped(running.dagster_database_url)
    if home.is_dir():
        yield _privacy(home)


def _dependencies(settings: Settings) -> Iterator[Diagnosis]:
    named = {
        "objects": settings.s3_bucket is not None,
        "queue": settings.rabbitmq_url is not None,
        "search": settings.opensearch_url is not None,
    }
    try:
        with assemble(settings, application_name="doctor", pool_size=2) as system:
            checks: list[tuple[str, Callable[[], None], str]] = [
                ("Database", system.ingestions.check, "is it running, and is DATABASE_URL right?"),
                ("Object store", system.objects.check, S3_MEND if named["objects"] else FOLDER_MEND),
                ("Queue", system.queue.check, RABBITMQ_MEND if named["queue"] else "is the database running?"),
                ("Search", system.search.check, OPENSEARCH_MEND if named["search"] else SCHEMA_MEND),
            ]
            for name, check, mend in checks:
                yield _checked(name, check, mend)
            if settings.s3_bucket is not None:
                yield from bucket_diagnoses(*s3_location(settings, settings.s3_bucket), f"raw/doctor-{uuid4()}")
            consumers = _consumers(system.queue.depth)
            yield Diagnosis("Consumers", str(consumers), "" if consumers else "is the Dagster daemon running?")
    except SettingsError as error:
        yield Diagnosis("Settings", str(error), "correct them")


def _stopped(dagster_database_url: str) -> Diagnosis:
    try:
        stopped = stopped_instigators(dagster_database_url)
    except psycopg.Error as error:
        return Diagnosis(
            "Sensors and schedules", f"cannot be looked up ({' '.join(str(error).split())})", "is the database running?"
        )
    if not stopped:
        return Diagnosis("Sensors and schedules", "none is stopped")
    names = ", ".join(one.name for one in stopped)
    return Diagnosis("Sensors and schedules", f"stopped: {names}", " ".join(one.how_to_start for one in stopped))


def _privacy(home: Path) -> Diagnosis:
    mode = home.stat().st_mode & 0o777
    mend = f"other users of this machine can read invoices: chmod 700 {home}" if mode & 0o077 else ""
    return Diagnosis("Home", f"{home} (mode {mode:o})", advice=mend)


def _consumers(depth: Callable[[], object]) -> int:
    try:
        return int(getattr(depth(), "consumers", 0))
    except Unavailable:
        return 0


def _checked(name: str, check: Callable[[], None], mend: str) -> Diagnosis:
    try:
        check()
    except Misconfigured as error:
        return Diagnosis(name, error.message, "change what the line above names: waiting does not help")
    except Unavailable as error:
        return Diagnosis(name, error.message, mend)
    except Exception as error:  # noqa: BLE001  a doctor reports whatever it finds
        return Diagnosis(name, f"{type(error).__name__}: {error}", mend)
    return Diagnosis(name, "answers")


def _disk(home: Path) -> Diagnosis:
    folder = next(path for path in (home.absolute(), *home.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    mend = "" if os.access(folder, os.W_OK) else f"{folder} cannot be written to"
    mend = mend or ("" if free > ENOUGH_DISK else "make room: originals and the database grow")
    return Diagnosis("Disk", f"{free / 1e9:.1f} GB free at {folder}", mend)


def _ports(environment: Mapping[str, str]) -> Diagnosis:
    try:
        settings = load({**environment, "INVOICEFLOW_EMBEDDED": "true"})
        check_ports(Ports(settings.port, settings.query_port, settings.dagster_port), environment.get("HOST") or "127.0.0.1")
    except SettingsError as error:
        return Diagnosis("Settings", str(error), "correct these variables; README.md lists all of them")
    except CannotStart as error:
        found, _, mend = str(error).partition("; ")
        return Diagnosis("Ports", found, mend or "choose another")
    return Diagnosis("Ports", f"{settings.port}, {settings.query_port} and {settings.dagster_port} are free")


def _postgres_programs() -> Diagnosis:
    try:
        return Diagnosis("Embedded PostgreSQL", version())
    except EmbeddedPostgresError as error:
        return Diagnosis("Embedded PostgreSQL", "cannot run", str(error))


def _dagster(url: str, home: Path) -> Iterator[Diagnosis]:
    """What the webserver says about itself, the code server and the daemons."""
    look = f"look into {home / 'logs'}"
    request = urllib.request.Request(  # noqa: S310  our own address
        f"{url}/graphql", json.dumps({"query": DAGSTER_QUERY}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  our own address
            data = json.load(answer)["data"]
    except (OSError, ValueError, KeyError) as error:
        yield Diagnosis("Dagster UI", f"does not answer ({error})", look)
        return
    yield Diagnosis("Dagster UI", url)
    locations = data["workspaceOrError"].get("locationEntries", [])
    loaded = [entry["name"] for entry in locations if entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"]
    well = bool(locations) and len(loaded) == len(locations)
    yield Diagnosis("Code server", ", ".join(loaded) if well else "not loaded", "" if well else look)
    daemons = data["instance"]["daemonHealth"]["allDaemonStatuses"]
    ill = [one["daemonType"] for one in daemons if one["required"] and not one["healthy"]]
    yield Diagnosis(
        "Daemon", f"without heartbeat: {', '.join(ill)}" if ill else "all heartbeats are there", look if ill else ""
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
