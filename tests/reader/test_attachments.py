"""Electronic invoices are found and read whatever they are called, however they are attached and encoded."""

from collections.abc import Callable
from io import BytesIO
from random import Random

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoiceflow.domain.invoice import Severity
from invoiceflow_reader.extract import Limits, extract
from invoiceflow_reader.readers.attachments import read_attachments
from samples import hostile
from samples.factur_x import GUIDELINES, cii_xml, zugferd1_xml
from samples.invoice_draw import Bill, Wishes, draw_bill
from samples.ubl import ubl_xml

PROFILES = [
    "urn:factur-x.eu:1p0:minimum",
    "urn:factur-x.eu:1p0:basicwl",
    "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
    "urn:cen.eu:en16931:2017",
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
    "urn:cen.eu:en16931:2017#conformant#urn:zugferd.de:2p0:extended",
    "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
    "urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_1.2",
]


def bill(number: int = 1, *, credit_note: bool = False) -> Bill:
    return draw_bill("de", Random(number), Wishes(country="DE", allowance=False, credit_note=credit_note))


def codes(pdf: bytes) -> dict[str, Severity]:
    return {f.code: f.severity for f in extract(pdf).invoice.findings if f.code.startswith(("xml.", "file."))}


def attached(*files: tuple[str, bytes], mime_type: str = "text/xml") -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(hostile.one_page())) as document:
        for name, data in files:
            document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name, mime_type=mime_type)
        document.save(target, deterministic_id=True)
    return target.getvalue()


def read_number(pdf: bytes) -> str | None:
    read = extract(pdf)
    assert read.readers[0] in ("cii", "ubl")
    return read.invoice.number


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_read(profile: str) -> None:
    one = bill()
    xml = cii_xml(one).replace(GUIDELINES["en16931"].encode() + b"<", profile.encode() + b"<")
    assert profile.encode() in xml
    read = extract(attached(("factur-x.xml", xml))).invoice
    assert (read.number, read.totals, read.lines) == (one.invoice.number, one.invoice.totals, one.invoice.lines)


@pytest.mark.parametrize("written", [cii_xml, zugferd1_xml, ubl_xml])
@pytest.mark.parametrize("credit_note", [False, True])
def test_every_syntax_is_read_as_invoice_and_as_credit_note(written: Callable[[Bill], bytes], credit_note: bool) -> None:
    one = bill(credit_note=credit_note)
    read = extract(attached(("data.xml", written(one)))).invoice
    assert (read.number, read.type_code, read.totals.with_tax) == (
        one.invoice.number,
        one.invoice.type_code,
        one.invoice.totals.with_tax,
    )


def extended(xml: bytes) -> bytes:
    """A sub-line as EXTENDED writes it: only for information, not to be counted."""
    start, end = xml.index(b"<ram:IncludedSupplyChainTradeLineItem>"), xml.index(b"</ram:IncludedSupplyChainTradeLineItem>")
    line = xml[start : end + len(b"</ram:IncludedSupplyChainTradeLineItem>")]
    told = line.replace(b"</ram:LineID>", b"</ram:LineID><ram:LineStatusReasonCode>INFORMATION</ram:LineStatusReasonCode>")
    return xml[:start] + told + xml[start:]


def test_lines_of_extended_that_do_not_count_are_kept_and_not_summed() -> None:
    one = bill()
    read = extract(attached(("factur-x.xml", extended(cii_xml(one))))).invoice
    assert len(read.lines) == len(one.invoice.lines) + 1
    assert read.lines[0].status_reason_code == "INFORMATION"
    assert "lines.do_not_add_up" not in {f.code for f in read.findings}


@pytest.mark.parametrize("name", ["invoice.txt", "RECHNUNG.XML", "a" * 300, "факту́ра.xml", "no ending", "../../x.pdf"])
@pytest.mark.parametrize("mime_type", ["application/octet-stream", "image/png"])
def test_name_and_type_of_the_attachment_do_not_matter(name: str, mime_type: str) -> None:
    assert read_number(attached((name, cii_xml(bill())), mime_type=mime_type)) == bill().invoice.number


def test_a_file_that_only_the_association_names_is_read() -> None:
    target = BytesIO()
    with pikepdf.open(BytesIO(hostile.one_page())) as document:
        file = pikepdf.AttachedFileSpec(document, cii_xml(bill()), filename="factur-x.xml").obj
        document.Root.AF = pikepdf.Array([file])
        document.save(target)
    assert read_number(target.getvalue()) == bill().invoice.number


def test_wrong_marks_of_pdf_a_do_not_matter() -> None:
    target = BytesIO()
    with pikepdf.open(BytesIO(attached(("factur-x.xml", cii_xml(bill()))))) as document:
        document.Root.Metadata = pikepdf.Stream(document, b"<x:xmpmeta>not even XML")
        document.Root.AF = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Filespec)])
        document.save(target)
    assert read_number(target.getvalue()) == bill().invoice.number


def utf16(xml: bytes, encoding: str, mark: bytes, declared: str) -> bytes:
    text = xml.decode().partition("?>")[2]
    return mark + (f'<?xml version="1.0" encoding="{declared}"?>' + text).encode(encoding)


@pytest.mark.parametrize("written", [cii_xml, ubl_xml])
@pytest.mark.parametrize(
    "encoded",
    [
        lambda xml: b"\xef\xbb\xbf" + xml,
        lambda xml: b"\xef\xbb\xbf\xef\xbb\xbf" + xml,
        lambda xml: b"\r\n  " + xml + b"\x00\x00",
        lambda xml: utf16(xml, "utf-16-le", b"\xff\xfe", "UTF-16"),
        lambda xml: utf16(xml, "utf-16-be", b"\xfe\xff", "UTF-16"),
        lambda xml: utf16(xml, "utf-16-le", b"", "UTF-16LE"),
        lambda xml: utf16(xml, "utf-16-be", b"\xfe\xff", "UTF-8"),
        lambda xml: xml.decode().replace("UTF-8", "ISO-8859-1").encode("iso-8859-1", "xmlcharrefreplace"),
        lambda xml: xml.decode().encode("cp1252", "xmlcharrefreplace"),
    ],
    ids=[
        "mark",
        "two marks",
        "blanks",
        "utf-16-le",
        "utf-16-be",
        "no mark",
        "declared wrongly",
        "latin-1",
        "latin-1 undeclared",
    ],
)
def test_marks_and_encodings_are_forgiven(written: Callable[[Bill], bytes], encoded: Callable[[bytes], bytes]) -> None:
    one = bill(4)
    read = extract(attached(("factur-x.xml", encoded(written(one))))).invoice
    assert (read.number, read.seller.name, read.buyer.address.city) == (
        one.invoice.number,
        one.invoice.seller.name,
        one.invoice.buyer.address.city,
    )


def test_of_two_invoices_that_differ_the_one_with_the_standard_name_is_used_and_told() -> None:
    pdf = attached(("a.xml", cii_xml(bill(1))), ("factur-x.xml", cii_xml(bill(2))))
    assert read_number(pdf) == bill(2).invoice.number
    assert codes(pdf)["xml.several"] is Severity.WARNING


def test_the_same_invoice_in_two_syntaxes_is_one_invoice() -> None:
    assert "xml.several" not in codes(attached(("a.xml", cii_xml(bill())), ("b.xml", ubl_xml(bill()))))


def test_two_invoices_of_one_number_but_another_account_are_told() -> None:
    account = (bill().invoice.payment.account_id or "").encode()
    other = cii_xml(bill()).replace(account, b"NL91ABNA0417164300")
    assert "xml.several" in codes(attached(("a.xml", cii_xml(bill())), ("b.xml", other)))


@pytest.mark.parametrize(
    "xml",
    [
        b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
        b'<x xmlns:a="urn:un:unece:uncefact:data:standard:CrossIndustryOrder:1"/>',
    ],
)
def test_xml_that_is_no_invoice_is_told_as_such(xml: bytes) -> None:
    pdf = attached(("order-x.xml", xml))
    assert codes(pdf) == {"xml.not_an_invoice": Severity.INFO}
    assert extract(pdf).xml is None


def test_broken_xml_is_told_and_the_page_is_read() -> None:
    read = extract(hostile.malformed_xml_attachment())
    assert {f.code: f.severity for f in read.invoice.findings}["xml.malformed"] is Severity.WARNING
    assert read.readers == ("page",)


@pytest.mark.parametrize("make", [hostile.xml_bomb_attachment, hostile.external_entity_attachment])
def test_xml_with_entities_is_not_read_and_told(make: Callable[[], bytes]) -> None:
    assert codes(make()) == {"xml.unsafe": Severity.WARNING}
    assert extract(make()).xml is None


def test_xml_that_is_nested_without_end_is_broken() -> None:
    xml = b"<CrossIndustryInvoice>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</CrossIndustryInvoice>"
    assert codes(attached(("factur-x.xml", xml))) == {"xml.malformed": Severity.WARNING}


def test_an_attachment_over_the_limit_is_told_and_not_read() -> None:
    pdf = attached(("factur-x.xml", cii_xml(bill())))
    found = extract(pdf, limits=Limits(attachment_size=500))
    assert "file.attachment_not_read" in {f.code for f in found.invoice.findings}
    assert found.xml is None


def test_a_pdf_within_a_pdf_is_left_alone() -> None:
    inner = hostile.one_page(b"BT /F1 14 Tf 72 760 Td (Invoice no: INNER-1) Tj ET")
    for _ in range(5):
        inner = attached(("inner.pdf", inner), mime_type="application/pdf")
    read = extract(inner)
    assert "INNER-1" not in read.text
    assert codes(inner) == {}


ROOTS = st.sampled_from([b"CrossIndustryInvoice", b"CrossIndustryDocument", b"Invoice", b"CreditNote"])
PARTS = st.sampled_from([
    b"<ID>A-1</ID>", b"<IssueDate>2024-02-30</IssueDate>", b"<LegalMonetaryTotal><PayableAmount>1e9</PayableAmount>",
    b"</LegalMonetaryTotal>", b"<ExchangedDocument>", b"</ExchangedDocument>", b"<SupplyChainTradeTransaction>",
    b"</SupplyChainTradeTransaction>", b"<ApplicableHeaderTradeSettlement>", b"</ApplicableHeaderTradeSettlement>",
    b"<GrandTotalAmount>NaN</GrandTotalAmount>", b"<GrandTotalAmount>-0,5</GrandTotalAmount>", b"<a/>", b"&amp;", b"\xff",
    b"<DateTimeString>99999999</DateTimeString>", b"<!-- -->", b"<?x y?>", b"<![CDATA[<]]>",
    b"<InvoiceLine><InvoicedQuantity>9" + b"9" * 50 + b"</InvoicedQuantity></InvoiceLine>",
    b"<IncludedSupplyChainTradeLineItem><SpecifiedTradeProduct><Name>x</Name></SpecifiedTradeProduct>",
    b"</IncludedSupplyChainTradeLineItem>",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(root=ROOTS, parts=st.lists(PARTS))
def test_no_content_breaks_the_readers(root: bytes, parts: list[bytes]) -> None:
    mark = b"<!-- urn:oasis:names:specification:ubl:schema:xsd: -->"
    read = read_attachments([("x.xml", b"<" + root + b">" + mark + b"".join(parts) + b"</" + root + b">")])
    assert (read.invoice is None) == (read.xml is None)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), written=st.sampled_from([cii_xml, zugferd1_xml, ubl_xml]))
def test_damaged_data_are_read_or_told(data: st.DataObject, written: Callable[[Bill], bytes]) -> None:
    xml = bytearray(written(bill()))
    for _ in range(data.draw(st.integers(min_value=1, max_value=8))):
        xml[data.draw(st.integers(min_value=0, max_value=len(xml) - 1))] = data.draw(st.integers(min_value=0, max_value=255))
    read = read_attachments([("x.xml", bytes(xml))])
    assert read.invoice is not None or {f.code for f in read.findings} <= {"xml.malformed", "xml.unsafe", "xml.not_an_invoice"}
