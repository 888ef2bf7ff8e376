"""The options of the commands that ask a running system's APIs; `invoices` carries them out."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

HOME = Path(".invoiceflow")
Home = Annotated[Path, typer.Option("--home", envvar="INVOICEFLOW_HOME", help="Where the embedded system keeps its data.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Ids = Annotated[list[UUID], typer.Argument(help="The ids of uploads.", show_default=False)]
Words = Annotated[list[str] | None, typer.Argument(help="All of these words must match.", show_default=False)]
Status = Annotated[list[str], typer.Option("--status", help="completed or failed.", show_default=False)]
Seller = Annotated[list[str], typer.Option("--seller", help="Name of the seller; may be repeated.", show_default=False)]
Currency = Annotated[list[str], typer.Option("--currency", help="ISO 4217; may be repeated.", show_default=False)]
Finding = Annotated[list[str], typer.Option("--finding", help="Code of a finding or failure.", show_default=False)]
From = Annotated[str, typer.Option("--from", help="Earliest issue date, YYYY-MM-DD.", show_default=False)]
To = Annotated[str, typer.Option("--to", help="Latest issue date, YYYY-MM-DD.", show_default=False)]
SortBy = Annotated[str, typer.Option("--sort", help="As the API's `sort`: -total, issue_date, relevance …", show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    for command in (status, search, show, export, reprocess, retry):
        app.command()(command)
    app.command("open")(open_in_browser)


def status(
    ids: Annotated[
        list[UUID] | None, typer.Argument(help="Ids of uploads; none: the whole system.", show_default=False)
    ] = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Show the state of the system, or of uploads."""
    from invoiceflow_cli.invoices import asking, show_status

    raise typer.Exit(asking(home, lambda client: show_status(client, [str(one) for one in ids or ()], as_json=as_json)))


def search(
    words: Words = None,
    statuses: Status = [],  # noqa: B006  typer copies defaults
    sellers: Seller = [],  # noqa: B006  typer copies defaults
    currencies: Currency = [],  # noqa: B006  typer copies defaults
    findings: Finding = [],  # noqa: B006  typer copies defaults
    issued_from: From = "",
    issued_to: To = "",
    sort: SortBy = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most invoices to print.")] = 20,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Search invoices by words and filters."""
    from invoiceflow_cli.invoices import asking
    from invoiceflow_cli.invoices import search as run

    params = _params(words, statuses, sellers, currencies, findings, issued_from, issued_to, sort)
    raise typer.Exit(asking(home, lambda client: run(client, params, limit, as_json=as_json)))


def show(
    request_id: Annotated[UUID, typer.Argument(help="The id of an upload.", show_default=False)],
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Show one invoice with its values and findings."""
    from invoiceflow_cli.invoices import asking
    from invoiceflow_cli.invoices import show as run

    raise typer.Exit(asking(home, lambda client: run(client, str(request_id), as_json=as_json)))


def export(
    words: Words = None,
    statuses: Status = [],  # noqa: B006  typer copies defaults
    sellers: Seller = [],  # noqa: B006  typer copies defaults
    currencies: Currency = [],  # noqa: B006  typer copies defaults
    findings: Finding = [],  # noqa: B006  typer copies defaults
    issued_from: From = "",
    issued_to: To = "",
    sort: SortBy = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; without it, standard output.")] = None,
    home: Home = HOME,
) -> None:
    """Export the invoices that match as CSV, all of them."""
    from invoiceflow_cli.invoices import asking
    from invoiceflow_cli.invoices import export as run

    params = _params(words, statuses, sellers, currencies, findings, issued_from, issued_to, sort)
    raise typer.Exit(asking(home, lambda client: run(client, params, output)))


def reprocess(ids: Ids, home: Home = HOME, as_json: Json = False) -> None:
    """Read invoices again."""
    from invoiceflow_cli.invoices import asking
    from invoiceflow_cli.invoices import reprocess as run

    raise typer.Exit(asking(home, lambda client: run(client, [str(one) for one in ids], as_json=as_json)))


def retry(
    failed: Annotated[bool, typer.Option("--failed", help="Read the failed invoices again.")] = False,
    codes: Annotated[list[str], typer.Option("--code", help="Only those that failed with this code.", show_default=False)] = [],  # noqa: B006  typer copies defaults
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 10_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report how many.")] = False,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Read failed invoices again: `invoiceflow retry --failed`."""
    from invoiceflow_cli.invoices import asking, retry_failed

    if not failed:
        raise typer.BadParameter("say --failed to read all failed invoices again", param_hint="--failed")
    raise typer.Exit(asking(home, lambda one: retry_failed(one, codes, limit, as_json=as_json, is_dry_run=dry_run)))


def open_in_browser(
    request_id: Annotated[
        UUID | None, typer.Argument(help="The id of an upload; none: Dagster's UI.", show_default=False)
    ] = None,
    home: Home = HOME,
) -> None:
    """Open an original, or Dagster's UI, in the browser; in a pipe, print its URL."""
    from invoiceflow_cli.invoices import asking, open_page

    chosen = None if request_id is None else str(request_id)
    raise typer.Exit(asking(home, lambda client: open_page(client, chosen, typer.launch)))


def _params(
    words: list[str] | None,
    statuses: list[str],
    sellers: list[str],
    currencies: list[str],
    findings: list[str],
    issued_from: str,
    issued_to: str,
    sort: str,
) -> list[tuple[str, str]]:
    params = [("status", one) for one in statuses] + [("seller", one) for one in sellers]
    params += [("currency", one) for one in currencies] + [("finding", one) for one in findings]
    single = {"q": " ".join(words or ()), "issued_from": issued_from, "issued_to": issued_to, "sort": sort}
    return params + [(name, value) for name, value in single.items() if value]
