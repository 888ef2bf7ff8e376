"""Log lines: one JSON object each for machines, one line each for people, with the ids of the work at hand."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from invoiceflow import logs


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, left as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def fail() -> None:
    raise ValueError("a fault")


def test_a_line_is_one_json_object_with_what_is_bound_and_what_it_brings(root: logging.Logger) -> None:
    stream = io.StringIO()
    logs.configure("ingest-service", "INFO", "json", stream)
    with logs.bound(correlation_id="c"), logs.bound(request_id="r"):
        root.info("took %s pages", 3, extra={"seconds": 0.5, "of": {1, 2}})
        root.debug("not told")
    root.warning("after")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert list(first)[:5] == ["timestamp", "level", "logger", "message", "service"]
    assert (first["level"], first["message"], first["service"]) == ("INFO", "took 3 pages", "ingest-service")
    assert (first["correlation_id"], first["request_id"], first["seconds"], first["of"]) == ("c", "r", 0.5, "{1, 2}")
    assert first["timestamp"].endswith("Z")
    assert "correlation_id" not in second


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_fault_is_told_with_where_it_was_raised(root: logging.Logger, form: str) -> None:
    stream = io.StringIO()
    logs.configure("query-service", "INFO", "text" if form == "text" else "json", stream)
    try:
        fail()
    except ValueError:
        root.exception("it failed")
    text = stream.getvalue()
    assert "it failed" in text
    assert "ValueError: a fault" in text
    assert len(text.splitlines()) == 1 or form == "text"


def test_a_person_reads_time_level_service_and_the_ids(root: logging.Logger) -> None:
    stream = io.StringIO()
    logs.configure("query-service", "INFO", "text", stream)
    with logs.bound(request_id="r"):
        root.warning("slow", extra={"seconds": 2})
    [line] = stream.getvalue().splitlines()
    assert line[2] == line[5] == ":"
    assert line[9:] == "WARNING query-service slow  [request_id=r seconds=2]"


FORGED = "a.pdf\n12:00:00 INFO    ingest-service all is well\r\x1b[2J\x85\u2028\u202efdp.exe\t"


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_is_logged_cannot_forge_a_line(root: logging.Logger, form: str) -> None:
    stream = io.StringIO()
    logs.configure("ingest-service", "INFO", "text" if form == "text" else "json", stream)
    with logs.bound(filename=FORGED):
        root.info("took %s", FORGED, extra={"reason": FORGED})
    text = stream.getvalue()
    assert len(text.splitlines()) == 1
    assert text.isprintable() or text.rstrip("\n").isprintable()
    if form == "json":
        line = json.loads(text)
        assert (line["message"], line["filename"], line["reason"]) == (f"took {FORGED}", FORGED, FORGED)


def test_a_traceback_cannot_forge_a_line(root: logging.Logger) -> None:
    stream = io.StringIO()
    logs.configure("ingest-service", "INFO", "text", stream)
    try:
        raise ValueError(FORGED)
    except ValueError:
        root.exception("it failed")
    first, *trace = stream.getvalue().splitlines()
    assert "it failed" in first
    assert all(line.startswith("    ") for line in trace)


def test_text_that_is_no_text_is_logged_all_the_same(root: logging.Logger) -> None:
    stream = io.StringIO()
    logs.configure("ingest-service", "INFO", "json", stream)
    root.info("took \ud800.pdf")
    assert json.loads(stream.getvalue())["message"] == "took \ud800.pdf"
