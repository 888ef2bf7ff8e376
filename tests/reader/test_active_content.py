"""What a PDF carries beside its pages is told, however it is hidden; what is usual raises no alarm."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, String

from invoiceflow.domain.invoice import Severity
from invoiceflow_reader.assembly.file_findings import active_content
from invoiceflow_reader.extract import extract
from invoiceflow_reader.readers.pdf_objects import LAUNCH, carried
from samples import hostile
from samples.generate import sample_invoices

Change = Callable[[pikepdf.Pdf], None]


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert('hello');"))


def changed(change: Change, *, compressed: bool = False) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(hostile.one_page())) as document:
        change(document)
        mode = ObjectStreamMode.generate if compressed else ObjectStreamMode.disable
        document.save(target, object_stream_mode=mode)
    return target.getvalue()


def findings(pdf: bytes) -> dict[str, Severity]:
    return {f.code: f.severity for f in extract(pdf).invoice.findings if f.code.startswith("file.")}


def script_when_opened(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = script()


def script_of_a_page(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=document.make_indirect(script()))


def script_by_name(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))


def script_of_a_field(document: pikepdf.Pdf) -> None:
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("total"), Rect=Array([0, 0, 9, 9]))
    field.AA = Dictionary(C=script())
    field = document.make_indirect(field)
    document.Root.AcroForm = Dictionary(Fields=Array([field]))
    document.pages[0].Annots = Array([field])


def program_when_opened(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.Launch, F=String("calc.exe"))


def program_of_a_link(document: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.Launch, Win=Dictionary(F=String("cmd.exe")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=action)
    document.pages[0].Annots = Array([document.make_indirect(link)])


def program_after_another_action(document: pikepdf.Pdf) -> None:
    following = Dictionary(S=Name.Launch, F=String("calc.exe"))
    document.Root.OpenAction = Dictionary(S=Name.Named, N=Name.NextPage, Next=Array([following]))


def form_that_sends(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.SubmitForm, F=String("https://example.com/")))


def web_address_when_opened(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.URI, URI=String("https://example.com/"))


def dynamic_form(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(XFA=pikepdf.Stream(document, b"<xdp/>"), Fields=Array([]))


def film(document: pikepdf.Pdf) -> None:
    annotation = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 99, 99]))
    document.pages[0].Annots = Array([document.make_indirect(annotation)])


def program_attached(document: pikepdf.Pdf) -> None:
    document.attachments["invoice.pdf.exe"] = b"MZ\x90"


def program_under_another_name(document: pikepdf.Pdf) -> None:
    document.attachments["invoice.xml"] = b"MZ\x90"


def program_pinned_to_the_page(document: pikepdf.Pdf) -> None:
    file = pikepdf.AttachedFileSpec(document, b"\x7fELF", filename="tool").obj
    pin = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=file)
    document.pages[0].Annots = Array([document.make_indirect(pin)])


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "in object streams"])
@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        (script_when_opened, "file.javascript", Severity.WARNING),
        (script_of_a_page, "file.javascript", Severity.WARNING),
        (script_by_name, "file.javascript", Severity.WARNING),
        (script_of_a_field, "file.javascript", Severity.WARNING),
        (program_when_opened, "file.launch_action", Severity.ERROR),
        (program_of_a_link, "file.launch_action", Severity.ERROR),
        (program_after_another_action, "file.launch_action", Severity.ERROR),
        (form_that_sends, "file.active_content", Severity.WARNING),
        (web_address_when_opened, "file.active_content", Severity.WARNING),
        (dynamic_form, "file.active_content", Severity.WARNING),
        (film, "file.active_content", Severity.WARNING),
        (program_attached, "file.executable_attached", Severity.ERROR),
        (program_under_another_name, "file.executable_attached", Severity.ERROR),
        (program_pinned_to_the_page, "file.executable_attached", Severity.ERROR),
    ],
)
def test_active_content_is_told(change: Change, code: str, severity: Severity, compressed: bool) -> None:
    assert findings(changed(change, compressed=compressed)) == {code: severity}


def test_escapes_in_a_name_hide_nothing() -> None:
    assert "file.launch_action" in findings(hostile.launch_action().replace(b"/Launch", b"/L#61unch"))
    assert "file.javascript" in findings(hostile.javascript_action().replace(b"/JavaScript /JS", b"/J#61vaScript /#4a#53"))


def plain_link(document: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://example.com/"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=action)
    document.pages[0].Annots = Array([document.make_indirect(link)])


def opened_at_the_first_page(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Array([document.pages[0].obj, Name.XYZ, 0, 0, 0])


def words_about_scripts(document: pikepdf.Pdf) -> None:
    document.docinfo = document.make_indirect(Dictionary(Title=String("the name /JavaScript and /Launch in a title")))


@pytest.mark.parametrize("change", [plain_link, opened_at_the_first_page, words_about_scripts])
@pytest.mark.parametrize("compressed", [False, True])
def test_what_is_usual_raises_no_alarm(change: Change, compressed: bool) -> None:
    assert findings(changed(change, compressed=compressed)) == {}


def test_generated_invoices_raise_no_alarm() -> None:
    assert [s.name for s in sample_invoices(3, 30) if s.kind != "scan" and findings(s.pdf)] == []


def test_a_file_whose_table_is_broken_is_searched_all_the_same() -> None:
    broken = hostile.launch_action().replace(b"startxref\n", b"startxref\n9")
    assert findings(broken) == {"file.launch_action": Severity.ERROR}


def test_what_cannot_be_searched_is_told_by_its_bytes() -> None:
    found = carried(hostile.launch_action()[:200], has_attachments=False, max_size=1000)
    assert (found.actions, found.is_complete) == (frozenset({LAUNCH}), False)
    assert [f.code for f in active_content(found)] == ["file.launch_action", "file.not_searched"]


@pytest.mark.parametrize("embedded", [Dictionary(F=Name.Nothing), Dictionary(F=Dictionary(A=1)), Array([1]), Dictionary()])
def test_a_file_entry_that_names_no_file_is_no_trouble(embedded: Dictionary | Array) -> None:
    def attach(document: pikepdf.Pdf) -> None:
        document.Root.Strange = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=embedded, JS=String("1"))

    found = carried(changed(attach), has_attachments=False, max_size=100)
    assert found.is_complete
    assert found.files == (("a.exe", None),)


@pytest.mark.parametrize(
    "entry", [b"/Subtype", b"/S", b"/OpenAction << /S /URI >> /S", b"/EF << >> /UF", b"/EF << >> /F", b"/JS"]
)
@pytest.mark.parametrize(
    "value", [b"/#FF#FE", b"(\\377\\376\\000\\330)", b"[ 1 ]", b"<< /A 1 >>", b"null", b"5 0 R", b"99 0 R", b"1.5"]
)
def test_an_entry_of_an_unexpected_kind_hides_nothing_of_what_others_do(entry: bytes, value: bytes) -> None:
    hidden = b"<< /S /L#61unch /F (calc.exe) >>"
    pdf = hostile.objects([b"<< /Type /Action /JS (x) %s %s >>" % (entry, value), hidden])
    found = carried(pdf, has_attachments=False, max_size=1000)
    assert found.is_complete
    assert LAUNCH in found.actions


@pytest.mark.parametrize("value", [b"/#FF#FE", b"[ /#FF#FE ]", b"[ [ /FlateDecode ] ]", b"1", b"<< /A 1 >>", b"(a)", b"5 0 R"])
def test_a_file_packed_in_an_unheard_of_way_is_told_and_hides_no_other(value: bytes) -> None:
    odd = b"<< /Length 1 /Filter %s >>\nstream\nx\nendstream" % value
    pdf = hostile.objects([b"<< /F (odd) /EF << /F 6 0 R >> >>", odd, b"<< /F (good) /EF << /F 5 0 R >> >>"], stream=b"data")
    assert dict(carried(pdf, has_attachments=False, max_size=1000).files) == {"odd": None, "good": b"data"}
