"""One target for each reader: takes bytes, and raises where the reader breaks its word. Seeds are the first inputs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Final

import pikepdf

from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Page, Word, build_page
from invoiceflow_reader.parsing import amounts, dates, identifiers
from invoiceflow_reader.readers import xml_tree
from invoiceflow_reader.readers.attachments import read_attachments
from invoiceflow_reader.readers.pdf_objects import carried
from samples import hostile
from samples.generate import sample_invoices
from tests.fuzz.choices import Choices
from tests.fuzz.soundness import check_invoice, check_number_is_printed, extracted

_SEED: Final = 7
_SIGNS: Final = ("", ".", ",")
_WORDS: Final = (
    *(
        "Invoice",
        "number",
        "No.",
        "Rechnung",
        "Nr.",
        "Facture",
        "Date",
        "Datum",
        "due",
        "fällig",
        "bis",
        "Total",
        "Summe",
        "net",
    ),
    *("Netto", "VAT", "MwSt", "TVA", "IVA", "19%", "20 %", "Qty", "Menge", "Price", "Preis", "Amount", "Betrag", "Description"),
    *("EUR", "€", "$", "zł", "1.234,56", "1,234.56", "1 234,56", "0,00", "-5.00", "100", "2024-02-29", "31.12.2025", "3/4/21"),
    *("March", "5,", "2024", "IBAN", "DE89", "3704", "0044", "0532", "0130", "00", "BIC", "COBADEFFXXX", "DE136695976"),
    *(
        "GmbH",
        "Ltd",
        "Bill",
        "to:",
        "Ship",
        "An",
        "Subtotal",
        "Page",
        "1/2",
        ":",
        "-",
        "|",
        "#",
        "Übertrag",
        "carried",
        "forward",
    ),
    *("Order", "Bestellnummer", "Reference", "14", "days", "2%", "Skonto", "credit", "note", "Gutschrift", "12345", "Berlin"),
)


def parsers(data: bytes) -> None:
    """Amounts, dates and identifiers in a running text."""
    text = data.decode("utf-8", "replace")
    for sign in (None, ".", ","):
        for amount in amounts.find_amounts(text, sign):
            assert amount.value.is_finite()
            assert 0 <= amount.start < amount.end <= len(text)
            printed = sum(character.isdigit() for character in text[amount.start : amount.end])
            assert len(f"{abs(amount.value):f}".replace(".", "").lstrip("0")) <= printed, amount
        amounts.parse_number(text, sign)
    amounts.decimal_sign_of(text.splitlines())
    for month_first in (True, False):
        for found in dates.find_dates(text, month_first=month_first, compact=True):
            assert 1970 <= found.value.year <= 2100
            assert found.text == text[found.start : found.end]
    dates.month_comes_first(text)
    for one in (*identifiers.find_ibans(text), *identifiers.find_bics(text), *identifiers.find_vat_identifiers(text)):
        assert one.value
        assert 0 <= one.start < one.end <= len(text)
    for check in (identifiers.iban_checks, identifiers.looks_like_iban, identifiers.vat_checks, identifiers.has_vat_prefix):
        check(text)
    number = xml_tree.decimal_of(text)
    assert number is None or number.is_finite()
    xml_tree.date_of(text)


def xml(data: bytes) -> None:
    """CII and UBL, as an attachment of a standard's name."""
    read = read_attachments([("factur-x.xml", data)])
    if read.invoice is not None:
        check_invoice(read.invoice)
    assert all(finding.message for finding in read.findings)


def pages(data: bytes) -> None:
    """Words in boxes, anywhere on a page or two, through locators and assembly."""
    choices = Choices(data)
    made = [_page(choices, number) for number in range(1, 2 + choices.number(2))]
    invoice = assemble(Reading(made)).invoice
    check_invoice(invoice)
    check_number_is_printed(invoice, made)


def pdfs(data: bytes) -> None:
    """Whole files: a good or hostile one with some bytes changed."""
    extracted(_edited(Choices(data), _pdf_seeds()))


def objects(data: bytes) -> None:
    """What is carried beside the pages: objects put together from what the search looks for."""
    choices = Choices(data)
    if choices.number(4) == 0:
        pdf = _edited(choices, _pdf_seeds())
    else:
        pdf = hostile.objects([_object(choices) for _ in range(1 + choices.number(4))], stream=choices.bytes(64))
    found = carried(pdf, has_attachments=bool(choices.number(2)), max_size=1 << 20)
    assert all(content is None or len(content) <= 1 << 20 for _, content in found.files)
    read_attachments(found.files)


_TOKENS: Final = (
    *(
        b"<<",
        b">>",
        b"[",
        b"]",
        b"/EF",
        b"/F",
        b"/UF",
        b"/S",
        b"/JS",
        b"/JavaScript",
        b"/Launch",
        b"/OpenAction",
        b"/URI",
        b"/XFA",
    ),
    *(b"/Subtype", b"/RichMedia", b"/Filter", b"/FlateDecode", b"/DecodeParms", b"/Type", b"/EmbeddedFile", b"/AF", b"/Names"),
    *(
        b"1 0 R",
        b"3 0 R",
        b"4 0 R",
        b"5 0 R",
        b"9 0 R",
        b"99 0 R",
        b"null",
        b"true",
        b"0",
        b"-1",
        b"1.5",
        b"1e5",
        b"(a)",
        b"<FEFFD800>",
    ),
    *(
        b"(\\377)",
        b"/",
        b"/#00",
        b"/#4a#53",
        b"/Kids",
        b"stream\n",
        b"endobj\n",
        b"1" * 40,
        b"<< /F 5 0 R >>",
        b"<< /UF 5 0 R >>",
    ),
)


def _object(choices: Choices) -> bytes:
    """Mostly a dictionary, so that it is looked into."""
    tokens = [choices.pick(_TOKENS) for _ in range(choices.number(12))]
    body = b" ".join(tokens)
    return body if choices.number(8) == 0 else b"<< " + body + b" >>"


def _page(choices: Choices, number: int) -> Page:
    words = []
    x, y = 40.0, 40.0
    for _ in range(choices.number(120)):
        if not choices:
            break
        match choices.number(6):
            case 0:
                x, y = 40.0 + choices.number(8) * 60, y + choices.number(30)
            case 1:
                x, y = choices.number(65_536) / 100 - 30, choices.number(65_536) / 70 - 30
            case _:
                x += choices.pick((3, 3, 3, 8, 20, 90))
        text = choices.text(12) if choices.number(4) == 0 else choices.pick(_WORDS)
        text = "".join(c for c in text if c.isprintable() and not c.isspace()) or "?"  # readers give no others
        width = choices.pick((5.0, 5.0, 5.0, 5.0, 0.0, -2.0, 40.0)) * len(text)
        height = choices.pick((10.0, 10.0, 10.0, 8.0, 0.0, 60.0))
        words.append(Word(text, x, y, x + width, y + height))
        x += max(0.0, width)
    size = choices.pick(((595.0, 842.0), (595.0, 842.0), (0.0, 0.0), (1.0, 14_400.0)))
    return build_page(number, *size, words, " ".join(word.text for word in words), "page")


def _edited(choices: Choices, seeds: tuple[bytes, ...]) -> bytes:
    """A seed after some edits: bytes set, cut out, doubled, numbers put elsewhere, names exchanged."""
    made = bytearray(choices.pick(seeds))
    while choices and len(made) > 1:
        at = choices.number(len(made))
        match choices.number(6):
            case 0:
                made[at] = choices.number(256)
            case 1:
                del made[at : at + choices.number(64)]
            case 2:
                made[at:at] = made[at : at + choices.number(64)]
            case 3:
                made[at:at] = b" " + choices.pick(_TOKENS) + b" "
            case 4:
                _exchange(made, at, choices.pick((b"0", b"-1", b"99999999999", b"1", b"2", b"3", b"4", b"0.0000001")))
            case _:
                made[at : at + 16] = choices.bytes(16)
    return bytes(made)


def _exchange(made: bytearray, at: int, number: bytes) -> None:
    """The first number from there on is another one."""
    digits = b"0123456789"
    start = next((i for i in range(at, min(len(made), at + 400)) if made[i] in digits), None)
    if start is None:
        return
    stop = next((i for i in range(start, len(made)) if made[i] not in digits), len(made))
    made[start:stop] = number


@cache
def _pdf_seeds() -> tuple[bytes, ...]:
    small = (
        *(hostile.one_page, hostile.truncated, hostile.zero_pages, hostile.reference_loop, hostile.javascript_action),
        *(hostile.launch_action, hostile.xml_bomb_attachment, hostile.external_entity_attachment),
        *(hostile.malformed_xml_attachment, hostile.unmapped_font, hostile.picture_only, hostile.encrypted),
    )
    good = sorted((s.pdf for s in sample_invoices(_SEED, 16) if s.kind != "scan"), key=len)[:6]
    return (*(make() for make in small), hostile.deep_nesting(600), hostile.deep_page_tree(60), *good, *map(_unpacked, good))


def _unpacked(pdf: bytes) -> bytes:
    """Without compression, so that an edit changes what is said and not a checksum."""
    target = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(
            target,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            deterministic_id=True,
        )
    return target.getvalue()


def _xml_seeds() -> Iterator[bytes]:
    for sample in sample_invoices(_SEED, 24):
        if sample.kind != "scan":
            read = extracted(sample.pdf)
            if read is not None and read.xml is not None:
                yield read.xml


def _no_seeds() -> Iterator[bytes]:
    yield from (b"", bytes(range(256)), bytes(range(0, 250, 7)) * 8)


def _text_seeds() -> Iterator[bytes]:
    yield from (word.encode() for word in _WORDS)
    yield "Invoice 1 of 3 March 2024: 1.234,56 € IBAN DE89 3704 0044 0532 0130 00 VAT DE136695976 (12,50) 5,- 20240229".encode()


@dataclass(frozen=True, slots=True)
class Target:
    """`run` takes one input; `longest` in bytes; `words` are put into libFuzzer's dictionary."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    longest: int
    words: tuple[str, ...] = ()


_TAGS: Final = (
    *(
        "CrossIndustryInvoice",
        "ExchangedDocument",
        "<ram:ID>",
        "GrandTotalAmount",
        "TaxTotalAmount",
        "DateTimeString",
        "currencyID",
    ),
    *(
        "IncludedSupplyChainTradeLineItem",
        "<Invoice",
        "<CreditNote",
        "LegalMonetaryTotal",
        "PayableAmount",
        "InvoiceLine",
        "NaN",
    ),
    *(
        "1e400",
        "-0",
        "Infinity",
        "20240230",
        "<!DOCTYPE",
        "<!ENTITY",
        "&#0;",
        "]]>",
        "<![CDATA[",
        "<?xml",
        "encoding=",
        "UTF-16",
    ),
)

TARGETS: Final = {
    "parsers": Target(parsers, _text_seeds, 400, _WORDS),
    "xml": Target(xml, _xml_seeds, 20_000, _TAGS),
    "pages": Target(pages, _no_seeds, 1500),
    "pdfs": Target(pdfs, _no_seeds, 300),
    "objects": Target(objects, _no_seeds, 300),
}
