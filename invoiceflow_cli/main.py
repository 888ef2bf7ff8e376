"""The commands and their options; each is carried out in a module of its own, imported when it is asked for."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from invoiceflow import __version__
from invoiceflow_cli import invoice_commands
from invoiceflow_cli.invoice_commands import HOME, Home, Json

EXIT_CODES = (
    "Exit codes: 0 success; 1 something failed (a file was refused, an invoice failed, a service is unavailable, nothing was"
    " found); 2 the command cannot be carried out as given (wrong option, no system, nothing to do); 130 Ctrl-C."
)

app = typer.Typer(
    name="invoiceflow",
    help="Self-hosted invoice processing.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

queue_app = typer.Typer(name="queue", help="Show the queue, and send dead letters back to it.", no_args_is_help=True)
app.add_typer(queue_app)

IngestPort = Annotated[int, typer.Option("--port", envvar="PORT", min=1, max=65535, help="Port of the ingest API.")]
QueryPort = Annotated[int, typer.Option("--query-port", envvar="QUERY_PORT", min=1, max=65535, help="Port of the query API.")]
DagsterPort = Annotated[
    int, typer.Option("--dagster-port", envvar="DAGSTER_PORT", min=1, max=65535, help="Port of Dagster's UI.")
]
Host = Annotated[str, typer.Option("--host", envvar="HOST", help="The address that the services listen on.")]
Files = Annotated[list[Path], typer.Argument(exists=True, help="PDF files, or folders of them.", show_default=False)]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"invoiceflow {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Self-hosted invoice processing."""


class Direction(StrEnum):
    """What `invoiceflow db` does with the schema."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CURRENT = "current"


@app.command()
def up(
    home: Home = HOME,
    port: IngestPort = 8003,
    query_port: QueryPort = 8002,
    dagster_port: DagsterPort = 8004,
    host: Host = "127.0.0.1",
) -> None:
    """Start the whole system; embedded stand-ins take the place of services that the environment does not name."""
    from invoiceflow_cli.demo import serve

    raise typer.Exit(serve(home, port, query_port, dagster_port, host))


@app.command()
def demo(
    home: Home = HOME,
    port: IngestPort = 8003,
    query_port: QueryPort = 8002,
    dagster_port: DagsterPort = 8004,
    host: Host = "127.0.0.1",
    once: Annotated[bool, typer.Option("--once", help="Stop when the samples have been read.")] = False,
) -> None:
    """Start the whole system, upload the sample invoices, show what was read."""
    from invoiceflow_cli.demo import demonstrate

    raise typer.Exit(demonstrate(home, port, query_port, dagster_port, host, once=once))


@app.command()
def ingest(
    files: Files,
    url: Annotated[str, typer.Option(help="The ingest API; by default the system that runs in --home.")] = "",
    home: Home = HOME,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until every file is read.")] = True,
    as_json: Json = False,
) -> None:
    """Upload PDF files, and folders of them, to a running system."""
    from invoiceflow_cli.ingest import ingest_files

    raise typer.Exit(ingest_files(files, url, home, wait=wait, as_json=as_json))


@app.command()
def extract(
    files: Files,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line on standard output.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that read.")] = os.cpu_count() or 1,
    rules: Annotated[
        bool, typer.Option(envvar="INVOICEFLOW_EN16931_RULES", help="Hold electronic invoices against the rules of EN 16931.")
    ] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each value, where it stands and what it was chosen over; one file.")
    ] = False,
    image: Annotated[
        Path | None, typer.Option(help="Draw the values' boxes on the page: a PNG, page N as NAME-N.png; one file.")
    ] = None,
) -> None:
    """Read invoices offline; nothing is stored."""
    if explain or image is not None:
        if len(files) != 1 or files[0].is_dir():
            raise typer.BadParameter("--explain and --image look at one file", param_hint="FILES")
        if jsonl:
            raise typer.BadParameter("--jsonl goes without --explain and --image", param_hint="--jsonl")
        from invoiceflow_cli.explain import explain_file

        raise typer.Exit(explain_file(files[0], explain=explain, image=image))
    from invoiceflow_cli.extract import extract_files

    raise typer.Exit(extract_files(files, jsonl=jsonl, workers=workers, with_rules=rules))


@app.command()
def db(
    direction: Annotated[Direction, typer.Argument(help="What to do with the schema.")],
    revision: Annotated[str, typer.Option(help="The revision to go to.")] = "",
    url: Annotated[str, typer.Option(envvar="DATABASE_URL", help="The database; by default the one that runs in --home.")] = "",
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Migrate the database's schema."""
    from invoiceflow_cli.db import migrate

    raise typer.Exit(migrate(direction.value, revision, url, home, as_json=as_json))


@app.command()
def reindex(
    home: Home = HOME,
    only_differences: Annotated[
        bool, typer.Option("--only-differences", help="Correct the current index instead of building a new one.")
    ] = False,
) -> None:
    """Rebuild the search index from the database while the system runs."""
    from invoiceflow_cli.reindex import reindex as run

    raise typer.Exit(run(home, only_differences=only_differences))


@queue_app.command("depth")
def queue_depth(home: Home = HOME, as_json: Json = False) -> None:
    """Count waiting messages, dead letters and consumers."""
    from invoiceflow_cli.queue import depth

    raise typer.Exit(depth(home, as_json=as_json))


@queue_app.command("redrive")
def queue_redrive(
    home: Home = HOME,
    code: Annotated[str, typer.Option(help="Send back the invoices that failed with this code.")] = "processing.gave_up",
    limit: Annotated[int, typer.Option(min=1, help="At most this many of each kind.")] = 100_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report how many.")] = False,
) -> None:
    """Send back dead letters, and the invoices that failed because every attempt was cut off."""
    from invoiceflow_cli.queue import redrive

    raise typer.Exit(redrive(home, code, limit, dry_run=dry_run))


@app.command()
def worker(
    runs: Annotated[int, typer.Option(min=1, max=64, help="Runs at the same time; a consumer run uses every core.")] = 1,
) -> None:
    """Run a Celery worker that executes Dagster's runs on this machine."""
    from invoiceflow_cli.worker import work

    raise typer.Exit(work(runs))


@app.command()
def doctor(home: Home = HOME, as_json: Json = False) -> None:
    """Check every setting and dependency, and say how to fix what is wrong."""
    from invoiceflow_cli.doctor import examine

    raise typer.Exit(examine(home, as_json=as_json))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.", show_default=False)], home: Home = HOME
) -> None:
    """Back up the database and all originals, while the system runs."""
    from invoiceflow_cli.backup import backup as run

    raise typer.Exit(run(folder, home))


@app.command()
def restore(folder: Annotated[Path, typer.Argument(help="A backup.", show_default=False)], home: Home = HOME) -> None:
    """Restore a backup into an empty home, or into an empty database with INVOICEFLOW_EMBEDDED=false."""
    from invoiceflow_cli.backup import restore as run

    raise typer.Exit(run(folder, home))


invoice_commands.register(app)


if __name__ == "__main__":
    app(prog_name="invoiceflow")
