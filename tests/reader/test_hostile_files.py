"""Files that cannot or must not be read end with a code; odd ones are read with a finding."""

from collections.abc import Callable
from dataclasses import replace
from socket import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice import Invoice
from invoiceflow.settings import Settings
from invoiceflow_reader.extract import Extraction, Limits, extract
from invoiceflow_reader.readers.attachments import read_attachments
from invoiceflow_reader.readers.page_text import PdfDocument
from samples import hostile
from samples.generate import sample_invoices

CII_BODY = (
    b'<rsm:CrossIndustryInvoice xmlns:rsm="r" xmlns:ram="a"><rsm:ExchangedDocument><ram:ID>%s</ram:ID>'
    b"</rsm:ExchangedDocument></rsm:CrossIndustryInvoice>"
)
CII = b'<?xml version="1.0"?>' + CII_BODY


def codes(read: Extraction) -> set[str]:
    return {finding.code for finding in read.invoice.findings}


def is_empty(read: Extraction) -> bool:
    """Neither a value nor a text: nothing is invented."""
    return replace(read.invoice, findings=(), evidence={}) == Invoice() and not read.invoice.evidence and read.text == ""


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hostile.not_a_pdf, "file.not_pdf"),
        (hostile.empty, "file.not_pdf"),
        (hostile.garbage_after_header, "file.corrupted"),
        (hostile.encrypted, "file.encrypted"),
        (hostile.truncated, "file.corrupted"),
        (hostile.zero_pages, "file.no_pages"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_its_code(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        extract(make())
    assert caught.value.code == code


@pytest.mark.parametrize(
    "make", [hostile.reference_loop, hostile.deep_nesting, hostile.deep_page_tree, lambda: hostile.flate_bomb(64 << 20)]
)
def test_a_file_that_refers_to_itself_or_nests_without_end_is_an_empty_invoice(make: Callable[[], bytes]) -> None:
    assert is_empty(extract(make()))


def test_an_empty_page_is_told_and_not_sent_to_recognition() -> None:
    read = extract(hostile.empty_page())
    assert is_empty(read)
    assert "page.no_text" in codes(read)
    assert read.pages_to_recognize == ()


@pytest.mark.parametrize("make", [hostile.picture_only, hostile.unmapped_font])
def test_a_page_whose_text_is_only_in_its_picture_is_told_and_sent_to_recognition(make: Callable[[], bytes]) -> None:
    read = extract(make())
    assert is_empty(read)
    assert "page.no_text" in codes(read)
    assert read.pages_to_recognize == (1,)


def test_as_many_pages_as_the_limit_are_read_and_three_thousand_are_not() -> None:
    assert (
        extract(hostile.many_pages(Limits().pages)).page_count == Limits().pages == Settings.model_fields["max_pages"].default
    )
    with pytest.raises(PermanentFailure) as caught:
        extract(hostile.many_pages(3000))
    assert caught.value.code == "file.too_many_pages"


def test_a_file_of_too_many_pages_is_refused_before_a_page_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PdfDocument, "pages", lambda *_, **__: pytest.fail("a page was loaded"))
    with pytest.raises(PermanentFailure):
        extract(hostile.many_pages(3000))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hostile.xml_bomb_attachment, "xml.unsafe"),
        (hostile.external_entity_attachment, "xml.unsafe"),
        (hostile.malformed_xml_attachment, "xml.malformed"),
    ],
)
def test_bad_xml_in_an_attachment_is_told_and_the_page_gives_the_values(make: Callable[[], bytes], code: str) -> None:
    read = extract(make())
    assert code in codes(read)
    assert (read.invoice.number, read.readers, read.xml) == ("2026-0001", ("page",), None)


@pytest.mark.parametrize("declared", [b'<!DOCTYPE x SYSTEM "%s">', b'<!DOCTYPE x PUBLIC "x" "%s">'])
def test_xml_that_names_a_document_type_elsewhere_is_not_read_and_opens_no_connection(declared: bytes) -> None:
    with socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        address = b"http://127.0.0.1:%d/x" % server.getsockname()[1]
        read = extract(hostile.with_xml(declared % address + CII_BODY % b"A-1"))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "xml.unsafe" in codes(read)
    assert read.xml is None


def test_javascript_is_a_finding() -> None:
    assert "file.javascript" in {f.code for f in extract(hostile.javascript_action()).invoice.findings}


def test_a_launch_action_is_a_finding() -> None:
    assert "file.launch_action" in {f.code for f in extract(hostile.launch_action()).invoice.findings}


def test_an_invoice_is_found_by_its_content_whatever_its_name() -> None:
    found = read_attachments([("notes.txt", b"hello"), ("x.bin", b"\xef\xbb\xbf" + CII % b"A-1")])
    assert found.invoice is not None
    assert (found.invoice.number, found.reader) == ("A-1", "cii")


def test_two_different_invoices_are_a_finding() -> None:
    found = read_attachments([("a.xml", CII % b"A-1"), ("b.xml", CII % b"A-2")])
    assert [f.code for f in found.findings] == ["xml.several"]


def test_broken_xml_is_a_finding_and_no_invoice() -> None:
    found = read_attachments([("factur-x.xml", (CII % b"A-1")[:-10])])
    assert found.invoice is None
    assert [f.code for f in found.findings] == ["xml.malformed"]


def test_a_program_in_the_attachments_is_a_finding() -> None:
    assert [f.code for f in read_attachments([("setup.exe", b"MZ\x90")]).findings] == ["file.executable_attached"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_pdf_with_damaged_bytes_is_read_or_refused(data: st.DataObject) -> None:
    good = next(s.pdf for s in sample_invoices(7, 20) if s.kind != "scan")
    where = data.draw(st.lists(st.integers(min_value=10, max_value=len(good) - 1), min_size=1, max_size=20))
    broken = bytearray(good)
    for position in where:
        broken[position] = data.draw(st.integers(min_value=0, max_value=255))
    try:
        extract(bytes(broken))
    except PermanentFailure as failure:
        assert failure.code.startswith("file.")  # noqa: PT017  either outcome is right; anything else fails the test


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_attachment_breaks_the_readers(data: bytes) -> None:
    read_attachments([("factur-x.xml", data), ("b.xml", b"<CrossIndustryInvoice>" + data)])
