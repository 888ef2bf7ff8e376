"""The first look at a PDF: what it costs, what it says, and that a file cannot hurt it."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

import psutil
import pytest

from invoiceflow.adapters import sandboxed_pdfium
from invoiceflow.adapters.sandboxed_pdfium import SandboxedPdfium, count_pages, look_at_each
from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.sandbox import Sandbox, SandboxCrashed, SandboxError, SandboxLimits, SandboxOutOfMemory, SandboxTimeout
from samples import hostile

P = ParamSpec("P")
T = TypeVar("T")


@pytest.fixture(scope="module")
def inspector() -> Iterator[SandboxedPdfium]:
    inspector = SandboxedPdfium(Sandbox(1, SandboxLimits(1 << 30, 10)), max_pages=2000)
    yield inspector
    inspector.close()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "upload.pdf"
    path.write_bytes(content)
    return path


def test_pages_are_counted(inspector: SandboxedPdfium, tmp_path: Path) -> None:
    assert inspector.page_count(written(tmp_path, hostile.one_page())) == 1
    assert inspector.page_count(written(tmp_path, hostile.many_pages(2000))) == 2000


BAD = [
    (hostile.garbage_after_header(), "file.corrupted"),
    (hostile.not_a_pdf(), "file.corrupted"),
    (hostile.encrypted(), "file.encrypted"),
    (hostile.zero_pages(), "file.no_pages"),
    (hostile.many_pages(2001), "file.too_many_pages"),
]


@pytest.mark.parametrize(("content", "code"), BAD, ids=[code for _, code in BAD])
def test_a_bad_file_has_its_code(inspector: SandboxedPdfium, tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        inspector.page_count(written(tmp_path, content))
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(("content", "code"), [case for case in BAD if case[1] not in ("file.no_pages", "file.too_many_pages")])
def test_inspection_without_a_sandbox_gives_the_same_results(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        count_pages(written(tmp_path, content))
    assert caught.value.code == code


def test_many_files_at_once_each_get_their_own_result(inspector: SandboxedPdfium, tmp_path: Path) -> None:
    """Those that wait at one moment are looked at in one call."""
    cases: list[tuple[bytes, int | str]] = [(hostile.one_page(), 1), (hostile.many_pages(3), 3), *BAD]

    def look(number: int) -> int | str:
        try:
            return inspector.page_count(cases[number % len(cases)][0])
        except PermanentFailure as failure:
            return failure.code

    with ThreadPoolExecutor(20) as threads:
        looks = list(threads.map(look, range(100)))
    assert looks == [cases[number % len(cases)][1] for number in range(100)]


@pytest.mark.parametrize("end", [SandboxTimeout(), SandboxOutOfMemory(), SandboxCrashed()], ids=lambda end: type(end).__name__)
def test_a_file_that_kills_the_process_does_not_affect_files_inspected_with_it(end: SandboxError) -> None:
    inspector = SandboxedPdfium(Ending(end), 10)
    assert inspector._look_at([hostile.one_page(), hostile.many_pages(2)]) == [1, 2]


def test_files_queued_behind_a_slow_one_are_inspected_separately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxed_pdfium, "TOGETHER_SECONDS", 0.0)
    assert look_at_each([hostile.one_page(), hostile.one_page()]) == [None, None]
    assert SandboxedPdfium(Ending(), 10)._look_at([hostile.one_page(), hostile.many_pages(2)]) == [1, 2]


def test_bytes_are_inspected_like_a_file(inspector: SandboxedPdfium) -> None:
    assert inspector.page_count(hostile.one_page()) == 1
    for content, code in BAD:
        with pytest.raises(PermanentFailure) as caught:
            inspector.page_count(content)
        assert caught.value.code == code


def test_no_pages_and_pages_are_counted_without_a_sandbox(tmp_path: Path) -> None:
    assert count_pages(written(tmp_path, hostile.zero_pages())) == 0
    assert count_pages(written(tmp_path, hostile.one_page())) == 1


class Ending(Sandbox):
    """Ends each look in the given way; once there are no more, for true."""

    def __init__(self, *ends: SandboxError) -> None:
        super().__init__(1, SandboxLimits(1 << 30, 10))
        self.ends = list(ends)

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        future: Future[T] = Future()
        if self.ends:
            future.set_exception(self.ends.pop(0))
        else:
            future.set_result(function(*args, **kwargs))
        return future


@pytest.mark.parametrize(
    "ends",
    [[SandboxTimeout()], [SandboxOutOfMemory()], [SandboxCrashed(), SandboxCrashed()], [SandboxCrashed(), SandboxTimeout()]],
    ids=["too-long", "too-much-memory", "kills-its-process-twice", "kills-then-hangs"],
)
def test_a_file_that_is_too_much_for_its_limits_is_refused(tmp_path: Path, ends: list[SandboxError]) -> None:
    with pytest.raises(PermanentFailure) as caught:
        SandboxedPdfium(Ending(*ends), 10).page_count(written(tmp_path, hostile.one_page()))
    assert caught.value.code == "file.too_complex"


def test_a_process_that_dies_once_is_not_the_files_fault(tmp_path: Path) -> None:
    assert SandboxedPdfium(Ending(SandboxCrashed()), 10).page_count(written(tmp_path, hostile.one_page())) == 1


def test_results_of_one_file_do_not_leak_into_the_next(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(PermanentFailure, match="password"):
            count_pages(written(tmp_path, hostile.encrypted()))
        assert count_pages(written(tmp_path, hostile.zero_pages())) == 0
        assert count_pages(written(tmp_path, hostile.one_page())) == 1


def test_a_good_file_is_accepted_although_its_inspection_process_was_killed(inspector: SandboxedPdfium, tmp_path: Path) -> None:
    path = written(tmp_path, hostile.one_page())
    inspector.page_count(path)
    for child in psutil.Process().children(recursive=True):
        if "forkserver" in " ".join(child.cmdline()) and not child.children():
            child.send_signal(signal.SIGKILL)
    assert inspector.page_count(path) == 1
