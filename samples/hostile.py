"""Files that must be refused or survived: each function gives the bytes of one kind of bad input, small and quick to make.

They are written by hand, not by a library, since no library writes what is wrong on purpose. Good samples are `generate`.
"""

import zlib
from io import BytesIO
from random import Random
from typing import Final

import pikepdf

_MEGABYTE: Final = 1 << 20
_ADLER_MODULUS: Final = 65521
_PAGE: Final = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>"


def not_a_pdf() -> bytes:
    """A picture's first bytes, then text: the wrong kind of file under any name."""
    return b"\x89PNG\r\n\x1a\n" + b"This is not a PDF. " * 40


def empty() -> bytes:
    """No byte at all, as a failed copy leaves it."""
    return b""


def truncated() -> bytes:
    """The first half of a good file: no cross-reference table, no trailer, no end."""
    whole = one_page(b"BT /F1 12 Tf 72 700 Td (half an invoice) Tj ET " * 60)
    return whole[: len(whole) // 2]


def garbage_after_header() -> bytes:
    """A right header and 20 kB of noise."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + Random(7).randbytes(20_000)


def encrypted(password: str = "secret") -> bytes:  # noqa: S107  it guards nothing
    """Cannot be opened without the user password. Its bytes differ each time: encryption draws its own salt."""
    target = BytesIO()
    with pikepdf.open(BytesIO(one_page())) as document:
        document.save(target, encryption=pikepdf.Encryption(user=password, owner=f"{password}-owner", R=6))
    return target.getvalue()


def zero_pages() -> bytes:
    """A sound document whose page tree is empty."""
    return _file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def many_pages(n: int = 5000) -> bytes:
    """`n` empty pages in about 110 bytes each."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, n + 3))
    return _file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, n), *[_PAGE] * n])


def flate_bomb(unpacked_bytes: int = 4 << 30) -> bytes:
    """One page whose content stream, compressed twice, unpacks to `unpacked_bytes` of white space."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents 4 0 R >>"
    stream = _stream(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(_deflated(b"", unpacked_bytes), 9))
    return _file([_CATALOG, _PAGES, page, stream])


def object_stream_bomb(unpacked_bytes: int = 4 << 30) -> bytes:
    """The page tree lies in an object stream, compressed twice, that unpacks to `unpacked_bytes`: opening it is enough."""
    members = [_PAGES, _PAGE]
    offsets = f"2 0 3 {len(members[0]) + 1} ".encode()
    head = offsets + b" ".join(members) + b" "
    packed = zlib.compress(_deflated(head, unpacked_bytes), 9)
    first = b"/Type /ObjStm /N 2 /First %d /Filter [/FlateDecode /FlateDecode]" % len(offsets)
    body = b"%PDF-1.5\n"
    catalog_at = len(body)
    body += b"1 0 obj\n" + _CATALOG + b"\nendobj\n"
    stream_at = len(body)
    body += b"4 0 obj\n" + _stream(first, packed) + b"\nendobj\n"
    table_at = len(body)
    # Cross-reference stream, rows of 1 + 4 + 2 bytes: free, in the file at an offset, or in object stream 4 at an index.
    rows = ((0, 0, 65535), (1, catalog_at, 0), (2, 4, 0), (2, 4, 1), (1, stream_at, 0), (1, table_at, 0))
    table = b"".join(kind.to_bytes(1, "big") + at.to_bytes(4, "big") + index.to_bytes(2, "big") for kind, at, index in rows)
    entry = b"/Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R"
    return body + b"5 0 obj\n" + _stream(entry, table) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % table_at


def reference_loop() -> bytes:
    """A page tree whose node is its own child and its own parent."""
    node = b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>"
    return _file([_CATALOG, node, b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1 /Parent 2 0 R >>"])


def javascript_action() -> bytes:
    """A good page, and a script that runs when the file is opened."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\('hello'\\);) >> >>"
    return _file([catalog, _PAGES, _PAGE])


def launch_action() -> bytes:
    """A good page, and an action that starts a program when the file is opened."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (calc.exe) >> >>"
    return _file([catalog, _PAGES, _PAGE])


def xml_bomb_attachment() -> bytes:
    """A good page with a factur-x.xml whose entities unfold to gigabytes."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY e0 "invoice">{entities}]>'
        '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100">&e9;'
        "</rsm:CrossIndustryInvoice>"
    )
    return with_xml(xml.encode())


def external_entity_attachment() -> bytes:
    """A good page with a factur-x.xml that asks for a file of the reader's machine."""
    xml = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
        '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100">&file;'
        "</rsm:CrossIndustryInvoice>"
    )
    return with_xml(xml.encode())


def malformed_xml_attachment() -> bytes:
    """A good page with a factur-x.xml that breaks off."""
    return with_xml(b'<?xml version="1.0"?><rsm:CrossIndustryInvoice xmlns:rsm="urn:un')


def deep_nesting(depth: int = 100_000) -> bytes:
    """Arrays in arrays, `depth` of them, where a parser that recurses runs out of stack."""
    return _file([b"<< /Type /Catalog /Pages 2 0 R /Deep 4 0 R >>", _PAGES, _PAGE, b"[" * depth + b"]" * depth])


def deep_page_tree(depth: int = 20_000) -> bytes:
    """One page under `depth` nested nodes of the page tree."""
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1) for number in range(2, depth + 2)]
    return _file([_CATALOG, *nodes, b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Resources << >> >>" % (depth + 1)])


def unmapped_font(*lines: str) -> bytes:
    """A page whose letters are glyph numbers, and neither an encoding nor a map says which letters they are.

    The numbers are those of most programs: the blank is glyph 3, so a reader that takes them for letters sees all shifted by
    29, an M as the digit 0.
    """
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Unmapped /DW 600 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /AAAAAA+Unmapped /Flags 4 /FontBBox [0 0 600 800] "
        b"/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>"
    )
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Unmapped /Encoding /Identity-H /DescendantFonts [5 0 R] >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 6 0 R >> >> >>"
    texts = lines or ("Invoice number 2026-0001 of 5 March 2026", "Total 119,00 EUR")
    glyphs = ("".join(f"{ord(character) - 29:04X}" for character in text).encode() for text in texts)
    shown = b" ".join(b"BT /F1 10 Tf 40 %d Td <%s> Tj ET" % (780 - 14 * row, line) for row, line in enumerate(glyphs))
    return _file([_CATALOG, _PAGES, page, _stream(b"", shown), descendant, font])


def picture_only() -> bytes:
    """A page that a grey picture fills, without a letter."""
    picture = _stream(
        b"/Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8", b"\x80" * 16
    )
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>"
    return _file([_CATALOG, _PAGES, page, _stream(b"", b"q 595 0 0 842 0 0 cm /I Do Q"), picture])


def empty_page() -> bytes:
    """A sound document of one page on which nothing stands."""
    return _file([_CATALOG, _PAGES, _PAGE])


def objects(beside: list[bytes], stream: bytes = b"") -> bytes:
    """An empty page, and beside it these objects (4, and from 6 on) and an embedded file that holds `stream` (5)."""
    file = _stream(b"/Type /EmbeddedFile", stream)
    return _file([_CATALOG, _PAGES, _PAGE, *beside[:1], file, *beside[1:]])


def oversized(limit_bytes: int) -> bytes:
    """A sound PDF of exactly `limit_bytes` + 1 bytes. Raises ValueError for limits below a kilobyte."""
    wanted = limit_bytes + 1
    if limit_bytes < 1024:
        raise ValueError(f"a PDF of {wanted} bytes cannot be made: the limit must be at least 1024")
    # The comment stands behind the table, so nothing else grows with it.
    return _padded(wanted - len(_padded(0)))


def one_page(content: bytes = b"BT /F1 14 Tf 72 760 Td (Invoice 2026-0001) Tj ET") -> bytes:
    """The smallest good file with this content, for tests to start from."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    )
    return _file([_CATALOG, _PAGES, page, _stream(b"", content)])


def with_xml(xml: bytes, file_name: str = "factur-x.xml") -> bytes:
    """A good page with this attachment, whatever it holds."""
    target = BytesIO()
    with pikepdf.open(BytesIO(one_page())) as document:
        specification = pikepdf.AttachedFileSpec(document, xml, filename=file_name, mime_type="text/xml")
        document.attachments[file_name] = specification
        document.Root.AF = pikepdf.Array([specification.obj])
        document.save(target, deterministic_id=True)
    return target.getvalue()


_CATALOG: Final = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES: Final = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def _padded(padding: int) -> bytes:
    return _file([_CATALOG, _PAGES, _PAGE], comment=b"%" + b"x" * padding + b"\n")


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def _file(objects: list[bytes], *, comment: bytes = b"") -> bytes:
    """Objects 1, 2, … with header, cross-reference table and trailer; object 1 is the catalog."""
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
    position, offsets = len(parts[0]), []
    for number, content in enumerate(objects, start=1):
        part = b"%d 0 obj\n%s\nendobj\n" % (number, content)
        offsets.append(position)
        parts.append(part)
        position += len(part)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows))
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R >>\n%sstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, comment, position))
    return b"".join(parts)


def _deflated(head: bytes, size: int) -> bytes:
    """A zlib stream of `head` and then `size` zero bytes (rounded to megabytes), without having them in memory.

    A full flush makes the compressor forget, so every megabyte of zeros is the same few bytes, and can be repeated.
    """
    compressor = zlib.compressobj(9)
    first = compressor.compress(head) + compressor.flush(zlib.Z_FULL_FLUSH)
    zeros = compressor.compress(bytes(_MEGABYTE)) + compressor.flush(zlib.Z_FULL_FLUSH)
    count = max(size // _MEGABYTE, 1)
    low, high = zlib.adler32(head) & 0xFFFF, zlib.adler32(head) >> 16
    # Adler-32 of the whole: a zero byte leaves the low sum and adds it to the high one.
    high = (high + low * count * _MEGABYTE) % _ADLER_MODULUS
    return first + zeros * count + b"\x03\x00" + (high << 16 | low).to_bytes(4, "big")
