"""`invoiceflow reindex`: the search index rebuilt while the system runs; when cut off, it continues next time."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from invoiceflow.bootstrap import assemble
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import SettingsError, load
from invoiceflow_cli import instance, terminal
from invoiceflow_pipeline.work.reconciliation import Differences, rebuild, reconcile


def reindex(home: Path, *, only_differences: bool) -> int:
    """The exit code: 1 when a service was unavailable or documents are newer than their rows, 2 when there is no system."""
    console = terminal.console(stderr=True)
    environment = instance.environment(home)
    if "DATABASE_URL" not in environment:
        console.print(
            f"No system runs in {home}: start it with `invoiceflow up`, or set DATABASE_URL and the others.", style="red"
        )
        return 2
    try:
        with assemble(load(environment), application_name="reindex", pool_size=4) as system, _bar(console) as bar:
            counts = system.ingestions.status_counts()
            task = bar.add_task("comparing" if only_differences else "indexing", total=counts.completed + counts.failed)
            work = reconcile if only_differences else rebuild
            done = work(system.ingestions, system.search, lambda count: bar.update(task, completed=count))
    except SettingsError as error:
        console.print(str(error), style="red")
        return 2
    except Unavailable as error:
        console.print(f"{error}\nWhat was done is kept: the same command continues from here.", style="red")
        return 1
    console.print(_sentence(done))
    if done.ahead:
        console.print(
            f"{done.ahead} documents are newer than their rows: `invoiceflow reindex` rebuilds the index.", style="red"
        )
    return 1 if done.ahead else 0


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _sentence(done: Differences) -> str:
    refused = f", {done.refused} of them by file name only: the index refuses what was read of them" if done.refused else ""
    return f"{done.invoices} invoices: {done.written} written{refused}, {done.removed} without a row removed."
