"""`invoiceflow queue`: how much waits in the queue, and sending dead letters back to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.progress import Progress

from invoiceflow.bootstrap import System, assemble
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import SettingsError, load
from invoiceflow_cli import instance, terminal
from invoiceflow_cli.terminal import print_json


def depth(home: Path, *, as_json: bool) -> int:
    """The exit code: 1 when the queue is unavailable, 2 when there is none."""

    def show(system: System, console: Console) -> None:
        found = system.queue.depth()
        if as_json:
            print_json(asdict(found))
            return
        held = "unknown" if found.unacknowledged is None else str(found.unacknowledged)
        console.print(
            f"waiting {found.waiting}, held by consumers {held}, consumers {found.consumers}, dead letters {found.dead}"
        )

    return _with_system(home, show)


def redrive(home: Path, code: str, limit: int, *, dry_run: bool) -> int:
    """The exit code: 1 when a service was unavailable, 2 when there is no system."""
    from invoiceflow_pipeline.work.redrive import redrive as send_back

    def work(system: System, console: Console) -> None:
        dead = min(limit, system.queue.depth().dead)
        failed = len(system.ingestions.failed(limit, code=code))
        if dry_run:
            console.print(f"{dead} dead letters and {failed} invoices that failed with {code} would be sent back.")
            return
        with _progress(console, dead + failed) as advanced:
            done = send_back(system, code, limit, f"redrive-{uuid4()}", lambda: datetime.now(UTC), advanced)
        console.print(f"{done.letters} dead letters and {done.rows} invoices that failed with {code} were sent back.")

    return _with_system(home, work)


def _with_system(home: Path, work: Callable[[System, Console], None]) -> int:
    console = terminal.console(stderr=True)
    environment = instance.environment(home)
    if "DATABASE_URL" not in environment:
        words = f"No system runs in {home}: start it with `invoiceflow up`, or set DATABASE_URL and the others."
        console.print(words, style="red")
        return 2
    try:
        with assemble(load(environment), application_name="queue", pool_size=2) as system:
            work(system, terminal.console())
    except SettingsError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    except Unavailable as error:
        console.print(f"{error}\nWhat was done is kept: the same command continues from here.", style="red", markup=False)
        return 1
    return 0


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar at a terminal; the callback takes how many are done."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("sending back", total=total)
        yield lambda done: bar.update(task, completed=done)
