"""`invoiceflow status | search | show | export | reprocess | retry | open`: what the APIs of a running system answer."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from invoiceflow_cli.system_client import CannotAsk, SystemClient, find_urls
from invoiceflow_cli.terminal import FAILED, OK, USAGE, print_json, print_table, report_error, report_note, total_of

HIT_COLUMNS: Final = ("id", "file", "status", "number", "date", "seller", "total", "findings")


def asking(home: Path, work: Callable[[SystemClient], int]) -> int:
    """Does `work` with the system of `home`; the exit code."""
    try:
        client = SystemClient(find_urls(home))
    except CannotAsk as error:
        report_error(str(error))
        return error.exit_code
    try:
        return work(client)
    except CannotAsk as error:
        report_error(str(error))
        return error.exit_code
    finally:
        client.close()


def show_status(client: SystemClient, ids: Sequence[str], *, as_json: bool) -> int:
    """The system's state, or that of some uploads. The exit code: 1 when one is unknown or failed, or the system unhealthy."""
    if not ids:
        overview = client.overview()
        if as_json:
            print_json(overview)
        else:
            print_table(("what", "state"), _overview_rows(overview))
        return OK if overview["health"]["service"] != "unhealthy" else FAILED
    found, missing = client.statuses(list(ids))
    if as_json:
        print_json({"items": found, "not_found": missing})
    else:
        rows = [
            (one["request_id"], one["filename"], one["status"], (one["failure"] or {}).get("code"), one["updated_at"])
            for one in found
        ]
        print_table(("id", "file", "status", "failure", "updated"), rows)
        for one in missing:
            report_error(f"There is no upload with the id {one}.")
    return FAILED if missing or any(one["status"] == "FAILED" for one in found) else OK


def _overview_rows(overview: Mapping[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [("service", overview["health"]["service"])]
    rows += [(f"{name} invoices", count) for name, count in overview["invoices"].items()]
    rows += list(overview["health"].get("dependencies", {}).items())
    return rows + [("reason", reason) for reason in (overview["health"].get("processing") or {}).get("reasons", ())]


def search(client: SystemClient, params: list[tuple[str, str]], limit: int, *, as_json: bool) -> int:
    """Prints the invoices that match. The exit code: 1 when none does, as grep's."""
    pages = list(client.pages(params, limit))
    items = [item for page in pages for item in page["items"]]
    if as_json:
        print_json({"items": items, "total": pages[0]["total"], "relaxed": pages[0]["relaxed"]})
        return OK if items else FAILED
    print_table(HIT_COLUMNS, [_hit_row(item) for item in items])
    total = pages[0]["total"]
    if pages[0]["relaxed"]:
        report_note("Nothing matches as typed; these match with a typo.")
    if total["value"] > len(items) or sys.stdout.isatty():
        more = "more than " if total["relation"] == "gte" else ""
        report_note(f"{len(items)} of {more}{total['value']} matching invoices.")
    return OK if items else FAILED


def _hit_row(hit: Mapping[str, Any]) -> tuple[object, ...]:
    seller, findings = hit["seller"]["name"], ", ".join(hit["findings"])
    return (
        hit["request_id"], hit["filename"], hit["status"], hit["number"], hit["issue_date"], seller, total_of(hit), findings
    )  # fmt: skip


def show(client: SystemClient, request_id: str, *, as_json: bool) -> int:
    """Prints one invoice. The exit code: 1 when there is none, or it failed."""
    found = client.invoice(request_id)
    if as_json:
        print_json(found)
    else:
        print_table(("field", "text"), _invoice_rows(found))
        if findings := (found["invoice"] or {}).get("findings"):
            print_table(("severity", "code", "text"), [(one["severity"], one["code"], one["message"]) for one in findings])
    return FAILED if found["status"] == "FAILED" else OK


def _invoice_rows(found: Mapping[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [(name, found[name]) for name in ("request_id", "filename", "status", "created_at")]
    if found["failure"]:
        rows.append(("failure", f"{found['failure']['message']} ({found['failure']['code']})"))
    invoice = found["invoice"]
    if not invoice:
        return rows
    totals = invoice["totals"]
    names = ("number", "issue_date", "payment_due_date", "currency_code", "purchase_order_reference")
    rows += [(name, invoice[name]) for name in names]
    rows += [("seller", invoice["seller"]["name"]), ("seller VAT id", invoice["seller"].get("vat_identifier"))]
    rows += [("buyer", invoice["buyer"]["name"])]
    rows += [("without tax", totals["without_tax"]), ("tax", totals["tax"]), ("with tax", totals["with_tax"])]
    return [*rows, ("lines", len(invoice["lines"]))]


def export(client: SystemClient, params: list[tuple[str, str]], output: Path | None) -> int:
    """Writes the invoices that match as CSV: whole or not at all, unless to standard output."""
    if output is None:
        _copy_csv(client, params, sys.stdout.buffer)
        return OK
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            _copy_csv(client, params, file)
        unfinished.replace(output)
    except OSError as error:
        report_error(f"{output} cannot be written: {error.strerror}.")
        return USAGE
    finally:
        unfinished.unlink(missing_ok=True)
    return OK


def _copy_csv(client: SystemClient, params: list[tuple[str, str]], file: BinaryIO) -> None:
    with client.csv(params) as pieces:
        file.writelines(pieces)
    file.flush()


def reprocess(client: SystemClient, ids: Sequence[str], *, as_json: bool) -> int:
    """Queues the invoices to be read again. The exit code: 1 when one is refused."""
    results: list[dict[str, Any]] = []
    for request_id in ids:
        try:
            client.reprocess(request_id)
        except CannotAsk as error:
            results.append({"request_id": request_id, "queued": False, "problem": str(error)})
        else:
            results.append({"request_id": request_id, "queued": True, "problem": None})
    if as_json:
        print_json(results)
    else:
        rows = [(one["request_id"], "queued" if one["queued"] else "refused", one["problem"]) for one in results]
        print_table(("id", "result", "problem"), rows)
    return OK if all(one["queued"] for one in results) else FAILED


def retry_failed(client: SystemClient, codes: Sequence[str], limit: int, *, as_json: bool, is_dry_run: bool) -> int:
    """Queues the invoices that failed, all or those with one of the `codes`."""
    params = [("status", "FAILED"), *(("finding", code) for code in codes)]
    ids = [item["request_id"] for page in client.pages(params, limit) for item in page["items"]]
    if not ids:
        report_note("No invoice has failed." if not codes else "No invoice has failed with these codes.")
        if as_json:
            print_json([])
        return OK
    if is_dry_run:
        report_note(f"{len(ids)} failed invoices would be read again.")
        return OK
    return reprocess(client, ids, as_json=as_json)


def open_page(client: SystemClient, request_id: str | None, launch: Callable[[str], object]) -> int:
    """Opens an invoice's original, or Dagster's UI, in the browser; the URL is printed in any case."""
    url = client.urls.dagster or f"{client.urls.query}/docs"
    if request_id is not None:
        client.invoice(request_id)  # says so when there is none
        url = f"{client.urls.query}/api/v1/invoices/{request_id}/file"
    sys.stdout.write(url + "\n")
    if sys.stdout.isatty():
        launch(url)
    return OK
