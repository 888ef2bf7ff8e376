"""Files that cannot or must not be read end with a code; odd ones are read with a finding."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow_pipeline.extraction.extract import extract
from invoiceflow_pipeline.extraction.readers.attachments import read_attachments
from samples import hostile
from samples.generate import sample_invoices

CII = (
    b'<?xml version="1.0"?><rsm:CrossIndustryInvoice xmlns:rsm="r" xmlns:ram="a"><rsm:ExchangedDocument><ram:ID>%s</ram:ID>'
    b"</rsm:ExchangedDocument></rsm:CrossIndustryInvoice>"
)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hostile.not_a_pdf, "file.not_pdf"),
        (hostile.empty, "file.not_pdf"),
        (hostile.garbage_after_header, "file.corrupted"),
        (hostile.encrypted, "file.encrypted"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_its_code(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        extract(make())
    assert caught.value.code == code


@pytest.mark.parametrize("make", [hostile.truncated, hostile.zero_pages, hostile.reference_loop, hostile.many_pages])
def test_a_damaged_file_ends_with_a_file_code(make: Callable[[], bytes]) -> None:
    try:
        extract(make())
    except PermanentFailure as failure:
        assert failure.code.startswith("file.")  # noqa: PT017  some of these can be mended by PDFium and then are read


@pytest.mark.parametrize(
    "make", [hostile.xml_bomb_attachment, hostile.external_entity_attachment, hostile.malformed_xml_attachment]
)
def test_bad_xml_in_an_attachment_never_reaches_the_invoice(make: Callable[[], bytes]) -> None:
    read = extract(make())
    assert "root:" not in repr(read.invoice)
    assert len(repr(read.invoice)) < 20_000


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
