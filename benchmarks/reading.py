"""The time to read text PDFs, bytes in and document out, against the time in which pypdfium2 gives the words of their pages.

The baseline is the plain way through pypdfium2's own API: the page's text in one call, a word is what stands between
spaces, its box encloses the boxes of its letters (`get_charbox`, one call each). Beside it stand, for comparison: its
rectangles with their text (`count_rects`, `get_rect`, `get_text_bounded`: runs of words, not words) and the text alone.
All in one process, in turns, of which the quickest counts; CPU time of that process, so that others on the machine do not
count. The rules of EN 16931 are no part of reading and are told apart. Then as much again by two processes at once, by the
clock, against one.
"""

import re
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pypdfium2

from benchmarks.load import corpus
from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice_document import to_document
from invoiceflow_reader.extract import extract

ROUNDS = 5
_WORD = re.compile(r"\S+")


def measure(folder: Path, rounds: int = ROUNDS) -> dict[str, object]:
    """`folder` is not used: nothing is written."""
    files = _with_text(corpus())
    ways: dict[str, Callable[[bytes], object]] = {
        "words": words_with_boxes,
        "rectangles": rectangles_with_text,
        "text": text_alone,
        "reading": read,
    }
    seconds = {name: min(times) for name, times in _in_turns(ways, files, rounds).items()}
    turns = [(_at_once(1, files), _at_once(2, files)) for _ in range(rounds)]
    one, two = (min(times) for times in zip(*turns, strict=True))
    return {
        "documents": len(files),
        "reading_per_second": round(len(files) / seconds["reading"], 1),
        "ratio_to_words": round(seconds["reading"] / seconds["words"], 3),
        "ratio_to_rectangles": round(seconds["reading"] / seconds["rectangles"], 3),
        "ratio_to_text": round(seconds["reading"] / seconds["text"], 3),
        "two_processes_to_one": round(2 * one / two, 3),
        "rules": _rules(files),
    }


def read(data: bytes) -> object:
    """What the service does with a text PDF, without the rules."""
    try:
        return to_document(extract(data).invoice)
    except PermanentFailure:
        return None


def words_with_boxes(data: bytes) -> object:
    found = []
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            letters = page.get_textpage()
            for match in _WORD.finditer(letters.get_text_range()):
                lefts, bottoms, rights, tops = zip(*map(letters.get_charbox, range(*match.span())), strict=True)
                found.append((match.group(), min(lefts), min(bottoms), max(rights), max(tops)))
            letters.close()
            page.close()
    return found


def rectangles_with_text(data: bytes) -> object:
    found = []
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            letters = page.get_textpage()
            boxes = [letters.get_rect(index) for index in range(letters.count_rects())]
            found += [(letters.get_text_bounded(*box), box) for box in boxes]
            letters.close()
            page.close()
    return found


def text_alone(data: bytes) -> object:
    with pypdfium2.PdfDocument(data) as document:
        texts = []
        for page in document:
            letters = page.get_textpage()
            texts.append(letters.get_text_range())
            letters.close()
            page.close()
    return texts


def _with_text(files: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """Those that can be read without recognising a picture."""
    found = []
    for _, data in files:
        try:
            readable = not extract(data).pages_to_recognize
        except PermanentFailure:
            continue
        if readable:
            found.append(data)
    return found


def _in_turns(ways: dict[str, Callable[[bytes], object]], files: Sequence[bytes], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.process_time()
            for data in files:
                way(data)
            times[name].append(time.process_time() - started)
    return times


def _at_once(processes: int, files: Sequence[bytes]) -> float:
    """The clock's seconds in which each of so many processes, warmed up, reads all files."""
    context = get_context("spawn")
    barrier = context.Barrier(processes + 1)
    workers = [context.Process(target=_work, args=(barrier, files)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return seconds


def _work(barrier: Barrier, files: Sequence[bytes]) -> None:
    for data in files[:20]:
        read(data)
    barrier.wait()
    for data in files:
        read(data)
    barrier.wait()


def _rules(files: Sequence[bytes]) -> dict[str, Any]:
    """The rules' time alone, in this process, compiled before."""
    from invoiceflow_reader.readers.en16931_rules import broken_rules

    attached = [xml for xml in (extract(data).xml for data in files) if xml is not None]
    judged = [xml for xml in attached if broken_rules(xml) is not None]
    started = time.perf_counter()
    for xml in judged:
        broken_rules(xml)
    seconds = time.perf_counter() - started
    return {"documents": len(judged), "milliseconds_each": round(1000 * seconds / max(1, len(judged)), 1)}
