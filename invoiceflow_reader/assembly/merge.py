"""The embedded XML and the page as one invoice: the XML is the invoice, the page shows where each value is printed."""

import re
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from invoiceflow.domain.invoice import Evidence, Invoice

_READERS: Final = ("cii", "ubl")
_XML_CONFIDENCE: Final = 0.995
_STEP: Final = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")  # one step of "lines[0].net_amount"


def merged(attached: Invoice, on_page: Invoice, reader: str) -> Invoice:
    """The attached invoice with evidence for each value: the place on the page where the page agrees, else the attachment."""
    evidence: dict[str, Evidence] = {}
    _collect(attached, "", reader, evidence)
    for path, seen in on_page.evidence.items():
        value = _at(attached, path)
        if path in evidence and value is not None and value == _at(on_page, path):
            evidence[path] = replace(evidence[path], page=seen.page, box=seen.box)
    return replace(attached, evidence=MappingProxyType(evidence))


def is_attached(invoice: Invoice) -> bool:
    """Whether it is the attached data, which say everything that the invoice says, and not what was seen of it on pages."""
    return any(seen.reader in _READERS for seen in invoice.evidence.values())


def _collect(value: Any, path: str, reader: str, into: dict[str, Evidence]) -> None:
    if value is None or path in ("evidence", "findings"):
        return
    if is_dataclass(value):
        for item in fields(value):
            _collect(getattr(value, item.name), f"{path}.{item.name}" if path else item.name, reader, into)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            _collect(item, f"{path}[{index}]", reader, into)
    else:
        into[path] = Evidence(None, None, str(value), reader, _XML_CONFIDENCE)


def _at(invoice: Invoice, path: str) -> Any:
    """The value at a path of the invoice document; None where there is none."""
    value: Any = invoice
    for name, index in _STEP.findall(path):
        value = getattr(value, name, None)
        if index:
            value = value[int(index)] if isinstance(value, tuple) and int(index) < len(value) else None
    return value
