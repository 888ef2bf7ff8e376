"""Reading files offline: one JSON object a line in the order of the names, a table for people."""

import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from invoiceflow_cli import extract
from invoiceflow_cli.main import app
from samples import hostile
from samples.factur_x import cii_xml
from samples.generate import demo_samples
from samples.invoice_draw import Wishes, draw_bill


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["extract", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invoices")
    (folder / "deeper").mkdir()
    first, second = [sample for sample in demo_samples() if sample.kind == "e-invoice"][:2]
    (folder / "a.pdf").write_bytes(first.pdf)
    (folder / "b.pdf").write_bytes(b"not a PDF at all")
    (folder / "deeper" / "c.PDF").write_bytes(second.pdf)
    (folder / "notes.txt").write_text("no invoice")
    return folder


def test_each_file_is_one_json_object_in_order_and_a_broken_one_does_not_stop_the_others(folder: Path) -> None:
    result = run(folder, "--jsonl", "--workers", 2)
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["a", "b", "c"]
    truths = [sample.truth for sample in demo_samples() if sample.kind == "e-invoice"][:2]
    for line, truth in zip((lines[0], lines[2]), truths, strict=True):
        assert line["invoice"]["number"] == truth.number
        assert line["invoice"]["totals"]["with_tax"] == str(truth.totals.with_tax)
        assert line["seconds"] > 0
    assert lines[1]["failure"]["code"].startswith("file.")
    assert lines[1]["failure"]["message"]
    assert "invoice" not in lines[1]


def test_a_person_gets_a_table(folder: Path) -> None:
    result = run(folder / "a.pdf", folder / "b.pdf")
    assert result.exit_code == 1
    truth = next(sample.truth for sample in demo_samples() if sample.kind == "e-invoice")
    assert str(truth.number) in result.stdout
    assert "file." in result.stdout


def test_only_readable_files_is_success(folder: Path) -> None:
    assert run(folder / "a.pdf", "--jsonl").exit_code == 0


def test_a_file_that_is_too_large_is_refused_without_being_read_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "LARGEST_FILE", 100)
    [line] = run(folder / "a.pdf", "--jsonl").stdout.splitlines()
    assert json.loads(line)["failure"]["code"] == "file.too_large"


def test_a_file_that_goes_away_meanwhile_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = folder / "gone.pdf"
    monkeypatch.setattr(extract, "pdf_files", lambda given: [gone, *given])
    lines = [json.loads(line) for line in run(folder / "a.pdf", "--jsonl").stdout.splitlines()]
    assert [line["id"] for line in lines] == ["gone", "a"]
    assert lines[0]["failure"]["code"] == "file.unreadable"
    assert "invoice" in lines[1]


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere.pdf")
    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_explain_shows_each_value_with_what_it_beat(folder: Path) -> None:
    result = run(folder / "a.pdf", "--explain")
    assert result.exit_code == 0, result.output
    assert "totals." in result.stdout
    assert "->" in result.stdout


def test_an_image_is_a_picture_of_the_page(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "boxes.png"
    result = run(folder / "a.pdf", "--image", target)
    assert result.exit_code == 0, result.output
    assert target.read_bytes().startswith(b"\x89PNG")
    assert not list(tmp_path.glob("*.part"))


def test_explaining_a_broken_file_names_its_code(folder: Path) -> None:
    result = run(folder / "b.pdf", "--explain")
    assert result.exit_code == 1
    assert "file.not_pdf" in result.stderr


@pytest.mark.parametrize("words", [["--explain", "--jsonl"], ["--image", "x.png", "--jsonl"]])
def test_explain_is_for_people_and_one_file(folder: Path, words: list[str]) -> None:
    assert run(folder / "a.pdf", *words).exit_code == 2
    assert run(folder, "--explain").exit_code == 2


def test_a_scan_is_read(tmp_path: Path) -> None:
    sample = next(sample for sample in demo_samples() if sample.kind == "scan")
    (tmp_path / "scan.pdf").write_bytes(sample.pdf)
    [line] = [json.loads(line) for line in run(tmp_path, "--jsonl", "--workers", 1).stdout.splitlines()]
    assert line["invoice"]["number"] == sample.truth.number
    assert line["invoice"]["evidence"]["totals.with_tax"]["reader"] == "ocr"


def test_the_rules_of_en_16931_can_be_left_out(tmp_path: Path) -> None:
    xml = cii_xml(draw_bill("de", Random(1), Wishes(country="DE", allowance=False))).replace(
        b"<ram:GrandTotalAmount>", b"<ram:GrandTotalAmount>1"
    )
    (tmp_path / "a.pdf").write_bytes(hostile.with_xml(xml))

    def codes(*words: str) -> set[str]:
        [line] = run(tmp_path / "a.pdf", "--jsonl", *words).stdout.splitlines()
        return {finding["code"] for finding in json.loads(line)["invoice"]["findings"]}

    assert "BR-CO-15" in codes()
    assert "BR-CO-15" not in codes("--no-rules")
    assert "totals.do_not_add_up" in codes("--no-rules")
