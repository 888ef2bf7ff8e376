"""What a PDF carries that its pages and PDFium's list of attachments don't tell: actions, and files no name tree names.

A look at the raw bytes (a tenth of a millisecond) says for most files that there is nothing; only where it cannot, because
names are written with escapes or objects lie in compressed streams, are all objects gone through, with qpdf.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pikepdf

JAVASCRIPT: Final = "javascript"
LAUNCH: Final = "launch"
_ACTIONS: Final = {
    "/JavaScript": JAVASCRIPT,
    "/Launch": LAUNCH,
    "/SubmitForm": "sends data",
    "/ImportData": "takes in data",
    "/GoToE": "opens an embedded file",
    "/Rendition": "plays media",
    "/RichMediaExecute": "plays media",
    "/Movie": "plays media",
    "/Sound": "plays media",
}
_SUBTYPES: Final = {"/RichMedia": "plays media", "/Screen": "plays media", "/Movie": "plays media", "/3D": "plays media"}
_NAMES: Final = frozenset([*_ACTIONS, *_SUBTYPES, "/JS", "/XFA", "/FileAttachment"])
_TOLD_BY: Final = re.compile(rb"/(?:" + b"|".join(name[1:].encode() for name in sorted(_NAMES)) + rb")(?![A-Za-z0-9])")
_HINT: Final = re.compile(
    rb"/(?:ObjStm|OpenAction\s{0,4}<<[^<>]{0,200}/URI|(?:"
    + b"|".join(name[1:].encode() for name in sorted(_NAMES))
    + rb")(?![A-Za-z0-9])|[A-Za-z0-9]{0,48}#[0-9A-Fa-f]{2}[A-Za-z#0-9]{0,48})"
)
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_OF_INTEREST: Final = re.compile(_TOLD_BY.pattern + rb"|/OpenAction|/EF(?![A-Za-z0-9])")
_MOST_OBJECTS: Final = 200_000
_MOST_FILES: Final = 32
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Carried:
    """`actions` in words, JAVASCRIPT and LAUNCH among them; embedded files by name (None: larger than asked for, or packed in
    an unusual way), those of the name tree among them; `is_complete` is False where the objects could not be gone through."""

    actions: frozenset[str] = frozenset()
    files: tuple[tuple[str, bytes | None], ...] = ()
    is_complete: bool = True


def carried(data: bytes, *, has_attachments: bool, max_size: int) -> Carried:
    """What there is beside the pages. `has_attachments`: whether the name tree gave files already; where it did, no others are
    looked for unless something else asks for it."""
    if not _may_carry(data) and (has_attachments or b"/EmbeddedFile" not in data):
        return Carried()
    import pikepdf

    try:
        with pikepdf.open(BytesIO(data)) as document:
            if len(document.objects) > _MOST_OBJECTS:
                return Carried(_told_by_bytes(data), is_complete=False)
            actions: set[str] = set()
            files: list[tuple[str, bytes | None]] = []
            for found in _dictionaries(document):
                actions.update(_actions_of(found))
                if "/EF" in found and len(files) < _MOST_FILES:
                    files.append(_file_of(found, max_size))
            return Carried(frozenset(actions), tuple(files))
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, KeyError, RuntimeError, RecursionError):
        return Carried(_told_by_bytes(data), is_complete=False)


def _may_carry(data: bytes) -> bool:
    for match in _HINT.finditer(data):
        name = match.group()
        if b"#" not in name or _unescaped(name) in _NAMES | {"/ObjStm", "/OpenAction"}:
            return True
    return False


def _unescaped(name: bytes) -> str:
    return _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), name).decode("latin-1")


def _told_by_bytes(data: bytes) -> frozenset[str]:
    """Of a file that qpdf cannot open: what its bytes say."""
    names = {match.group().decode("latin-1") for match in _TOLD_BY.finditer(data)}
    found = {word for name, word in (_ACTIONS | _SUBTYPES).items() if name in names}
    return frozenset(found | ({JAVASCRIPT} if "/JS" in names else set()))


def _dictionaries(document: "pikepdf.Pdf") -> Iterator[Any]:
    """Every dictionary that could say something of interest, direct ones within others too."""
    import pikepdf

    for found in (*document.objects, document.trailer):
        whole = found.stream_dict if isinstance(found, pikepdf.Stream) else found
        if isinstance(whole, pikepdf.Dictionary | pikepdf.Array) and _OF_INTEREST.search(whole.unparse(resolved=True)):
            yield from _within(whole)


def _within(found: Any) -> Iterator[Any]:
    """It and the dictionaries in it, to a depth that no honest file needs. What is referred to is an object of its own."""
    import pikepdf

    waiting = [(found, 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, pikepdf.Dictionary):
            yield one
            inner = [value for _, value in one.items()]
        else:
            inner = list(one)
        waiting.extend(
            (value, depth + 1)
            for value in inner
            if depth < _DEEPEST and isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        )


def _actions_of(found: Any) -> Iterator[str]:
    import pikepdf

    kind, subtype = _name(found.get("/S")), _name(found.get("/Subtype"))
    if kind in _ACTIONS:
        yield _ACTIONS[kind]
    if subtype in _SUBTYPES:
        yield _SUBTYPES[subtype]
    if "/JS" in found:
        yield JAVASCRIPT
    if "/XFA" in found:
        yield "is a form that programs show differently"
    opened = found.get("/OpenAction")
    if isinstance(opened, pikepdf.Dictionary) and _name(opened.get("/S")) == "/URI":
        yield "opens a web address by itself"


def _file_of(specification: Any, max_size: int) -> tuple[str, bytes | None]:
    import pikepdf

    name, embedded = _text(specification.get("/UF")) or _text(specification.get("/F")), specification["/EF"]
    for stream in embedded.values() if isinstance(embedded, pikepdf.Dictionary) else ():
        return name, _content(stream, max_size) if isinstance(stream, pikepdf.Stream) else None
    return name, None


def _content(stream: Any, max_size: int) -> bytes | None:
    """Unpacked by hand: qpdf unpacks all of what may be gigabytes."""
    import pikepdf

    raw, filters = bytes(stream.read_raw_bytes()), stream.get("/Filter")
    if filters is None:
        return raw if len(raw) <= max_size else None
    names = [_name(one) for one in filters] if isinstance(filters, pikepdf.Array) else [_name(filters)]
    if names != ["/FlateDecode"] or "/DecodeParms" in stream:
        return None
    try:
        unpacked = zlib.decompressobj().decompress(raw, max_size + 1)
    except zlib.error:
        return None
    return unpacked if len(unpacked) <= max_size else None


def _name(found: Any) -> str:
    """With its slash; empty where it is no name, or one in no known encoding. qpdf raises for those, and one such name, of no
    use to the file, must not end the search for what other objects do."""
    import pikepdf

    return _decoded(found) if isinstance(found, pikepdf.Name) else ""


def _text(found: Any) -> str:
    import pikepdf

    return _decoded(found) if isinstance(found, pikepdf.String) else ""


def _decoded(found: Any) -> str:
    try:
        return str(found)
    except UnicodeDecodeError:
        return ""
