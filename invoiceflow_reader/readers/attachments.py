"""Which of a PDF's attachments is the electronic invoice. By content, never by name: names vary and lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from lxml import etree

from invoiceflow.domain.invoice import Finding, Invoice, Severity
from invoiceflow_reader.readers import cii, ubl
from invoiceflow_reader.readers.xml_tree import UnsafeXml, parse_safely, without_namespaces

Attachment = tuple[str, bytes | None]
"""Name and content; None where it is too large to be looked at."""

_EXECUTABLE: Final = frozenset(
    [
        ".app",
        ".apk",
        ".bat",
        ".chm",
        ".cmd",
        ".com",
        ".cpl",
        ".dll",
        ".docm",
        ".exe",
        ".hta",
        ".iso",
        ".jar",
        ".js",
        ".jse",
        ".lnk",
        ".msc",
        ".msi",
        ".pif",
        ".pptm",
        ".ps1",
        ".py",
        ".reg",
        ".scr",
        ".sh",
        ".vb",
        ".vbe",
        ".vbs",
        ".wsf",
        ".wsh",
        ".xlsm",
    ]
)
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce")
_MARKS: Final = (b"CrossIndustry", b"urn:oasis:names:specification:ubl:schema:xsd:")
_FIRST: Final = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
"""The names that the standards give, in the order in which they are preferred where there are several invoices."""


@dataclass(frozen=True, slots=True)
class AttachedInvoices:
    """The invoice that is attached (None where none is), which reader read it, and what is odd about the attachments.

    `xml` is the attachment that the invoice was read from."""

    invoice: Invoice | None
    reader: str | None
    findings: tuple[Finding, ...] = ()
    xml: bytes | None = None


def read_attachments(attachments: Sequence[Attachment]) -> AttachedInvoices:
    """The CII or UBL invoice among them: of several the one with a standard's name, else the first."""
    findings: list[Finding] = []
    found: list[tuple[str, Invoice, str, bytes]] = []
    for name, data in attachments:
        if _is_program(name, data):
            findings.append(_finding("file.executable_attached", Severity.ERROR, f"A program is attached to the PDF "
                                     f"({_shown(name)}). Do not open it."))  # fmt: skip
        if data is None:
            message = f"An attachment ({_shown(name)}) was not looked at: it is too large, or cannot be unpacked."
            findings.append(_finding("file.attachment_not_read", Severity.INFO, message))
        elif _is_marked(data):
            read = _read(name, data)
            if isinstance(read, Finding):
                findings.append(read)
            else:
                found.append((name, *read, data))
    if not found:
        return AttachedInvoices(None, None, tuple(findings))
    found.sort(key=lambda one: _FIRST.index(one[0].lower()) if one[0].lower() in _FIRST else len(_FIRST))
    name, invoice, reader, xml = found[0]
    if len({_what_is_paid(other) for _, other, _, _ in found}) > 1:
        message = f"Several electronic invoices that differ are attached; the one in {_shown(name)} was used."
        findings.append(_finding("xml.several", Severity.WARNING, message))
    return AttachedInvoices(invoice, reader, tuple(findings), xml)


def _read(name: str, data: bytes) -> tuple[Invoice, str] | Finding:
    try:
        root = parse_safely(data)
    except UnsafeXml:
        message = f"The attached data ({_shown(name)}) declare entities, as attacks do and invoices never: they were not read."
        return _finding("xml.unsafe", Severity.WARNING, message)
    if root is None:
        message = f"The attached invoice data ({_shown(name)}) cannot be read: the XML is broken."
        return _finding("xml.malformed", Severity.WARNING, message)
    tree = without_namespaces(root)
    if (invoice := cii.read_cii(tree)) is not None:
        return invoice, cii.READER
    if (invoice := ubl.read_ubl(tree)) is not None:
        return invoice, ubl.READER
    return _finding("xml.not_an_invoice", Severity.INFO, f"The attached data ({_shown(name)}) are no invoice: {_root(tree)}.")


def _root(tree: etree._Element) -> str:
    return _shown(str(tree.tag))


def _is_marked(data: bytes) -> bool:
    """Whether it names one of the syntaxes, in UTF-8 or in UTF-16 (where every other byte is zero)."""
    head = data[:65_536]
    return any(mark in head for mark in _MARKS) or any(mark in head.replace(b"\x00", b"") for mark in _MARKS)


def _what_is_paid(invoice: Invoice) -> tuple[object, ...]:
    account = "".join((invoice.payment.account_id or "").split())
    return invoice.number, invoice.issue_date, invoice.totals.with_tax, invoice.totals.amount_due, account


def _is_program(name: str, data: bytes | None) -> bool:
    return PurePath(name.replace("\x00", "")).suffix.lower() in _EXECUTABLE or (data or b"").startswith(_PROGRAMS)


def _finding(code: str, severity: Severity, message: str) -> Finding:
    return Finding(code, severity, message)


def _shown(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:80] or "without a name"
