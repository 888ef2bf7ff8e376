"""Each bad file is bad in the way it says, small, and quick to make."""

import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from samples import hostile

MAKERS: list[Callable[[], bytes]] = [
    hostile.not_a_pdf, hostile.empty, hostile.truncated, hostile.garbage_after_header, hostile.encrypted, hostile.zero_pages,
    hostile.many_pages, hostile.flate_bomb, hostile.object_stream_bomb, hostile.reference_loop, hostile.javascript_action,
    hostile.launch_action, hostile.xml_bomb_attachment, hostile.external_entity_attachment, hostile.malformed_xml_attachment,
    hostile.deep_nesting, hostile.deep_page_tree,
]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_bad_file_is_small(make: Callable[[], bytes]) -> None:
    assert len(make()) < 2_000_000


@pytest.mark.parametrize("make", [hostile.not_a_pdf, hostile.empty, hostile.garbage_after_header, hostile.truncated])
def test_a_file_that_is_no_sound_pdf_does_not_open_cleanly(make: Callable[[], bytes]) -> None:
    with pytest.raises(pikepdf.PdfError), pikepdf.open(BytesIO(make()), attempt_recovery=False):
        pass


def test_only_the_first_two_have_no_pdf_header() -> None:
    assert not hostile.not_a_pdf().startswith(b"%PDF-")
    assert hostile.empty() == b""
    assert all(make().startswith(b"%PDF-") for make in MAKERS[2:])


def test_an_encrypted_file_opens_with_its_password_only() -> None:
    data = hostile.encrypted("right")
    with pytest.raises(pikepdf.PasswordError), pikepdf.open(BytesIO(data)):
        pass
    with pikepdf.open(BytesIO(data), password="right") as document:
        assert len(document.pages) == 1


@pytest.mark.parametrize(
    ("data", "pages"), [(hostile.zero_pages(), 0), (hostile.many_pages(5000), 5000), (hostile.one_page(), 1)]
)
def test_page_counts_are_as_said_in_files_without_a_flaw(data: bytes, pages: int) -> None:
    with pikepdf.open(BytesIO(data)) as document:
        assert len(document.pages) == pages
        assert document.get_warnings() == []


def test_the_flate_bomb_unpacks_to_what_it_says() -> None:
    data = hostile.flate_bomb(64 << 20)
    packed = data[data.index(b"stream\n") + 7 : data.index(b"\nendstream")]
    assert len(zlib.decompress(zlib.decompress(packed))) == 64 << 20
    assert len(hostile.flate_bomb()) < 100_000


def test_the_object_stream_bomb_is_a_sound_pdf_when_it_is_small() -> None:
    with pikepdf.open(BytesIO(hostile.object_stream_bomb(2 << 20))) as document:
        assert len(document.pages) == 1
        assert document.get_warnings() == []


@pytest.mark.parametrize("limit", [1024, 5000, 10 * 1024 * 1024])
def test_an_oversized_file_is_one_byte_over_and_sound(limit: int) -> None:
    data = hostile.oversized(limit)
    assert len(data) == limit + 1
    with pikepdf.open(BytesIO(data)) as document:
        assert len(document.pages) == 1
        assert document.get_warnings() == []


def test_an_oversized_file_needs_room_for_a_pdf() -> None:
    with pytest.raises(ValueError, match="at least 1024"):
        hostile.oversized(100)


def test_actions_are_in_the_catalog() -> None:
    for data, kind in ((hostile.javascript_action(), "/JavaScript"), (hostile.launch_action(), "/Launch")):
        with pikepdf.open(BytesIO(data)) as document:
            assert str(document.Root.OpenAction.S) == kind


@pytest.mark.parametrize(
    ("make", "mark"),
    [
        (hostile.xml_bomb_attachment, b"<!ENTITY e9"),
        (hostile.external_entity_attachment, b"file:///"),
        (hostile.malformed_xml_attachment, b"<rsm:CrossIndustryInvoice"),
    ],
)
def test_bad_xml_is_attached_as_factur_x(make: Callable[[], bytes], mark: bytes) -> None:
    with pikepdf.open(BytesIO(make())) as document:
        assert mark in document.attachments["factur-x.xml"].get_file().read_bytes()


def test_the_reference_loop_has_a_page_tree_node_that_is_its_own_child() -> None:
    assert b"3 0 obj\n<< /Type /Pages /Kids [2 0 R 3 0 R]" in hostile.reference_loop()


def test_nesting_is_as_deep_as_asked_for() -> None:
    assert hostile.deep_nesting(700).count(b"[") == 700 + 2  # and one each for /Kids and /MediaBox
    assert hostile.deep_page_tree(300).count(b"/Type /Pages") == 300
