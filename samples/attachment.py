"""Puts an invoice's XML into its PDF, as Factur-X asks: embedded file, associated file of the document, and XMP.

The files do not claim PDF/A-3: the standard fonts are not embedded in them.
"""

from datetime import date, datetime, timezone
from io import BytesIO

import pikepdf

_FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_ZUGFERD_1 = "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#"


def with_attachment(
    pdf: bytes, xml: bytes, *, file_name: str, level: str, made: date, mime_type: str = "text/xml", is_zugferd1: bool = False
) -> bytes:
    """The PDF with `xml` attached under `file_name` and declared at conformance `level`. Same input, same bytes."""
    with pikepdf.open(BytesIO(pdf)) as document:
        moment = datetime(made.year, made.month, made.day, tzinfo=timezone.utc)  # noqa: UP017  pikepdf's stubs know no datetime.UTC
        stamp = f"D:{moment:%Y%m%d%H%M%S}Z"
        specification = pikepdf.AttachedFileSpec(
            document,
            xml,
            description="Invoice data",
            filename=file_name,
            mime_type=mime_type,
            creation_date=stamp,
            mod_date=stamp,
            relationship=pikepdf.Name.Alternative,
        )
        document.attachments[file_name] = specification
        document.Root.AF = pikepdf.Array([specification.obj])
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            namespace = _ZUGFERD_1 if is_zugferd1 else _FACTUR_X
            metadata.register_xml_namespace(namespace, "zf" if is_zugferd1 else "fx")
            metadata[f"{{{namespace}}}DocumentType"] = "INVOICE"
            metadata[f"{{{namespace}}}DocumentFileName"] = file_name
            metadata[f"{{{namespace}}}Version"] = "1.0"
            metadata[f"{{{namespace}}}ConformanceLevel"] = level
        target = BytesIO()
        document.save(target, deterministic_id=True)
    return target.getvalue()


def with_other_data(pdf: bytes, xml: bytes) -> bytes:
    """The same PDF with `xml` in the place of what its attachments hold, names and marks kept: as a forger would leave it."""
    with pikepdf.open(BytesIO(pdf)) as document:
        for name, specification in list(document.attachments.items()):
            document.attachments[name] = pikepdf.AttachedFileSpec(document, xml, filename=specification.filename)
        target = BytesIO()
        document.save(target, deterministic_id=True)
    return target.getvalue()
