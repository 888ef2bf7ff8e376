"""Results change only together with EXTRACTOR_VERSION: then what is stored is known to be outdated, and is read again."""

import pytest

from invoiceflow_reader.version import EXTRACTOR_VERSION
from tests.reader import golden

HOW = "Raise EXTRACTOR_VERSION, look at each difference, then: pytest tests/reader/test_golden.py --rewrite-golden"


def test_the_samples_are_read_as_they_were_with_this_version(request: pytest.FixtureRequest) -> None:
    results = golden.read_samples()
    version, before = golden.kept() if golden.FILE.exists() else ("", {})
    changed = golden.differences(before, results)
    if request.config.getoption("--rewrite-golden"):
        assert not changed or version != EXTRACTOR_VERSION, f"{len(changed)} values changed without a new EXTRACTOR_VERSION"
        golden.keep(EXTRACTOR_VERSION, results)
        return
    assert not changed, "\n".join([f"{len(changed)} values are read differently. {HOW}", *changed[:40]])
    assert version == EXTRACTOR_VERSION, HOW


def test_differences_are_told_by_their_place() -> None:
    before = {"a": {"number": "1", "lines": [{"net": "2"}]}, "b": {}}
    after = {"a": {"number": "1", "lines": [{"net": "3"}]}, "c": {"number": "4"}}
    assert golden.differences(before, after) == [
        "/a/lines/0/net: '2' -> '3'",
        "/b: {} -> None",
        "/c: None -> {'number': '4'}",
    ]
