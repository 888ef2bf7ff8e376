"""What a person should know about a readable invoice: arithmetic, mandatory content, checksums, dates.

The page against the XML is `disagreements`.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from invoiceflow.domain.invoice import Finding, Invoice, Severity
from invoiceflow_pipeline.extraction.page.structure import Page
from invoiceflow_pipeline.extraction.parsing.identifiers import iban_checks, looks_like_iban, vat_checks
from invoiceflow_pipeline.extraction.readers.pdf_objects import JAVASCRIPT, LAUNCH, Carried

_CENT: Final = Decimal("0.01")
_MANDATORY: Final = (  # EN 16931 BR-02, BR-03, BR-05, BR-06, BR-07, BR-14; Art. 226 of Directive 2006/112/EC
    ("number", "the invoice number"),
    ("issue_date", "the issue date"),
    ("currency_code", "the currency"),
    ("seller.name", "the seller's name"),
    ("buyer.name", "the buyer's name"),
    ("totals.with_tax", "the total with tax"),
)


def findings_of(invoice: Invoice, today: date | None) -> list[Finding]:
    """Everything that the invoice itself shows. `today` None: dates in the future are not looked at."""
    return [*_missing(invoice), *_arithmetic(invoice), *_checksums(invoice), *_dates(invoice, today)]


def active_content(found: Carried) -> list[Finding]:
    """Scripts and programs that the PDF starts, and whatever else it does beside showing pages."""
    findings = []
    if JAVASCRIPT in found.actions:
        message = "The PDF carries JavaScript. Invoices have no need of it."
        findings.append(Finding("file.javascript", Severity.WARNING, message))
    if LAUNCH in found.actions:
        message = "The PDF tries to start a program or to open another file. Do not allow it."
        findings.append(Finding("file.launch_action", Severity.ERROR, message))
    if others := sorted(found.actions - {JAVASCRIPT, LAUNCH}):
        message = f"The PDF does more than show pages: it {' and '.join(others)}. Invoices have no need of it."
        findings.append(Finding("file.active_content", Severity.WARNING, message))
    if not found.is_complete:
        message = "The PDF is damaged or too large to be searched for scripts and hidden files."
        findings.append(Finding("file.not_searched", Severity.INFO, message))
    return findings


def unreadable_pages(pages: Sequence[Page]) -> list[Finding]:
    """One finding where pages carry no text."""
    empty = [str(page.number) for page in pages if not page.rows]
    if not empty:
        return []
    where = "The PDF carries" if len(empty) == len(pages) else f"Page {', '.join(empty[:10])} carries"
    return [Finding("page.no_text", Severity.WARNING, f"{where} no text that can be read: it may be a scan.")]


def _missing(invoice: Invoice) -> list[Finding]:
    found = []
    for path, name in _MANDATORY:
        value: object = invoice
        for part in path.split("."):
            value = getattr(value, part)
        if value is None:
            found.append(Finding("content.missing", Severity.WARNING, f"No value was found for {name}.", path))
    if invoice.seller.vat_identifier is None and invoice.seller.tax_registration is None:
        found.append(
            Finding(
                "seller.no_vat_identifier", Severity.INFO, "The seller's VAT identifier was not found.", "seller.vat_identifier"
            )
        )
    return found


def _arithmetic(invoice: Invoice) -> list[Finding]:
    """BR-CO-15 (total = net + tax) and BR-CO-10 (line sum) to the cent, BR-CO-14 (tax = sum of the breakdown)."""
    totals = invoice.totals
    found = []
    if totals.without_tax is not None and totals.tax is not None and totals.with_tax is not None:
        gap = totals.without_tax + totals.tax - totals.with_tax
        if abs(gap) >= _CENT:
            message = f"Net {totals.without_tax} and tax {totals.tax} do not give the total {totals.with_tax}."
            found.append(Finding("totals.do_not_add_up", Severity.ERROR, message, "totals.with_tax"))
    lines = [line for line in invoice.lines if line.status_reason_code in (None, "DETAIL")]  # the others repeat these
    amounts = [line.net_amount for line in lines if line.net_amount is not None]
    complete = totals.line_net_total is not None and bool(amounts) and len(amounts) == len(lines)
    if complete and abs(sum(amounts, Decimal(0)) - (totals.line_net_total or 0)) >= _CENT:
        message = f"The lines sum to {sum(amounts, Decimal(0))}, the invoice says {totals.line_net_total}."
        found.append(Finding("lines.do_not_add_up", Severity.ERROR, message, "totals.line_net_total"))
    taxes = [row.tax_amount for row in invoice.tax_breakdown if row.tax_amount is not None]
    complete = totals.tax is not None and bool(taxes) and len(taxes) == len(invoice.tax_breakdown)
    if complete and abs(sum(taxes, Decimal(0)) - (totals.tax or 0)) >= _CENT:
        message = f"The tax rows sum to {sum(taxes, Decimal(0))}, the invoice says {totals.tax}."
        found.append(Finding("tax.does_not_add_up", Severity.ERROR, message, "totals.tax"))
    return found


def _checksums(invoice: Invoice) -> list[Finding]:
    found = []
    account = (invoice.payment.account_id or "").replace(" ", "").upper()
    if looks_like_iban(account) and not iban_checks(account):
        found.append(
            Finding("iban.checksum", Severity.WARNING, f"The IBAN {account} has a wrong checksum.", "payment.account_id")
        )
    for path, value in (
        ("seller.vat_identifier", invoice.seller.vat_identifier),
        ("buyer.vat_identifier", invoice.buyer.vat_identifier),
    ):
        compact = "".join(c for c in (value or "").upper() if c.isalnum())
        if compact and not vat_checks(compact):
            found.append(
                Finding("vat_identifier.checksum", Severity.WARNING, f"The VAT identifier {value} has a wrong checksum.", path)
            )
    return found


def _dates(invoice: Invoice, today: date | None) -> list[Finding]:
    found = []
    if invoice.issue_date and invoice.payment_due_date and invoice.payment_due_date < invoice.issue_date:
        message = f"The invoice is due on {invoice.payment_due_date}, before its date {invoice.issue_date}."
        found.append(Finding("dates.out_of_order", Severity.WARNING, message, "payment_due_date"))
    if today and invoice.issue_date and invoice.issue_date > today:
        found.append(
            Finding(
                "dates.in_the_future",
                Severity.WARNING,
                f"The invoice date {invoice.issue_date} is in the future.",
                "issue_date",
            )
        )
    return found
