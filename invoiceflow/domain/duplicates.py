"""When two documents are the same invoice: the same seller, number and total."""

import hashlib
import unicodedata
from decimal import Decimal
from typing import Final

from invoiceflow.domain.invoice import Invoice

_CENT: Final = Decimal("0.01")
_LARGEST: Final = Decimal(10) ** 20


def duplicate_keys(invoice: Invoice) -> frozenset[str]:
    """One key for each way to know the seller (VAT identifier, name), each with number, total and currency: of a scan and
    its original, one may lack an identifier that the other has. None where number, total or seller were not found."""
    number = _compact(invoice.number)
    total = invoice.totals.with_tax
    if not number or total is None or abs(total) >= _LARGEST:
        return frozenset()
    rest = (number, str(total.quantize(_CENT)), _compact(invoice.currency_code))
    sellers = (("vat", _compact(invoice.seller.vat_identifier)), ("name", _compact(invoice.seller.name)))
    return frozenset(_key(kind, seller, *rest) for kind, seller in sellers if seller)


def _compact(text: str | None) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text or "").casefold() if c.isalnum())


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
