"""Which of a PDF's attachments is the electronic invoice. By content, never by name: names vary and lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from invoiceflow.domain.invoice import Finding, Invoice, Severity

_EXECUTABLE: Final = frozenset(
    [".exe", ".dll", ".scr", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".jar", ".msi", ".com", ".hta", ".lnk", ".sh"]
)
_MARKS: Final = (
    b"CrossIndustry",
    b"urn:oasis:names:specification:ubl:schema:xsd:",
    b"C\x00r\x00o\x00s\x00s\x00I\x00n\x00d\x00u\x00s\x00t\x00r\x00y",
)


@dataclass(frozen=True, slots=True)
class AttachedInvoices:
    """The invoice that is attached (None where none is), which reader read it, and what is odd about the attachments.

    `xml` is the attachment that the invoice was read from."""

    invoice: Invoice | None
    reader: str | None
    findings: tuple[Finding, ...] = ()
    xml: bytes | None = None


def read_attachments(attachments: Sequence[tuple[str, bytes]]) -> AttachedInvoices:
    """The first attachment that is a CII or UBL invoice. Malformed XML and a second invoice are findings."""
    findings = [_executable(name) for name, data in attachments if _is_executable(name, data)]
    found: list[tuple[Invoice, str, bytes]] = []
    for name, data in attachments:
        if not any(mark in data[:65_536] for mark in _MARKS):
            continue
        invoice = _read(data)
        if invoice is None:
            findings.append(
                Finding(
                    "xml.malformed",
                    Severity.WARNING,
                    f"The attached invoice data ({_shown(name)}) cannot be read: the XML is broken.",
                )
            )
        else:
            found.append((*invoice, data))
    if len({invoice.number for invoice, _, _ in found}) > 1:
        findings.append(
            Finding(
                "xml.several",
                Severity.WARNING,
                "Several electronic invoices with different numbers are attached; the first one was used.",
            )
        )
    if not found:
        return AttachedInvoices(None, None, tuple(findings))
    invoice_read, reader, xml = found[0]
    return AttachedInvoices(invoice_read, reader, tuple(findings), xml)


def _read(data: bytes) -> tuple[Invoice, str] | None:
    from invoiceflow_pipeline.extraction.readers import cii, ubl, xml_tree

    root = xml_tree.parse_tree(data)
    if root is None:
        return None
    invoice = cii.read_cii(root)
    if invoice is not None:
        return invoice, cii.READER
    invoice = ubl.read_ubl(root)
    return (invoice, ubl.READER) if invoice is not None else None


def _is_executable(name: str, data: bytes) -> bool:
    return PurePath(name.replace("\x00", "")).suffix.lower() in _EXECUTABLE or data[:2] == b"MZ" or data[:4] == b"\x7fELF"


def _executable(name: str) -> Finding:
    return Finding(
        "file.executable_attached", Severity.ERROR, f"A program is attached to the PDF ({_shown(name)}). Do not open it."
    )


def _shown(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:80] or "without a name"
