"""What a readable invoice shows of itself: mandatory content, arithmetic, and here checksums and dates.

The page against the XML is `disagreements`, what is odd about the file is `file_findings`.
"""

from datetime import date

from invoiceflow.domain.invoice import Finding, Invoice, Severity
from invoiceflow_reader.assembly.arithmetic import disagreeing_sums
from invoiceflow_reader.assembly.mandatory_content import missing_content
from invoiceflow_reader.parsing.identifiers import (
    has_vat_prefix,
    iban_checks,
    looks_like_iban,
    vat_checks,
)


def findings_of(invoice: Invoice, today: date | None) -> list[Finding]:
    """Everything that the invoice itself shows. `today` None: dates in the future are not looked at."""
    return [*missing_content(invoice), *disagreeing_sums(invoice), *_checksums(invoice), *_dates(invoice, today)]


def _checksums(invoice: Invoice) -> list[Finding]:
    """National numbers without a country prefix are not checked: their forms are not told apart."""
    found = []
    account = (invoice.payment.account_id or "").replace(" ", "").upper()
    if looks_like_iban(account) and not iban_checks(account):
        message = f"The check digits of the IBAN {account} are wrong: do not pay to it before it was confirmed."
        found.append(Finding("iban.checksum", Severity.WARNING, message, "payment.account_id"))
    for whose, value in (("seller", invoice.seller.vat_identifier), ("buyer", invoice.buyer.vat_identifier)):
        compact = "".join(c for c in (value or "").upper() if c.isalnum())
        if has_vat_prefix(compact) and not vat_checks(compact):
            message = f"The {whose}'s VAT identifier {value} is no valid one: its form or its check digits are wrong."
            found.append(Finding("vat_identifier.checksum", Severity.WARNING, message, f"{whose}.vat_identifier"))
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
