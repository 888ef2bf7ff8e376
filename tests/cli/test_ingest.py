"""Uploads to a running system: repeated while it is away, never twice, told file by file."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from invoiceflow_cli import instance
from invoiceflow_cli.client import TRIES, Uploaded, upload, upload_all, wait_final
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.main import app
from tests.cli.conftest import Answer, Asked, Service, in_turn

Serve = Callable[[Callable[[Asked, int], Answer]], Service]
ACCEPTED = Answer(202, {"request_id": "r-1"})
NOW = {"Retry-After": "0"}


def uploaded(service: Service, content: bytes = b"%PDF-1") -> Uploaded:
    with httpx.Client(base_url=service.url) as client:
        return upload(client, "a.pdf", content, "run")


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(503, {"code": "database.unavailable"}, NOW),
        Answer(502, {"code": "queue.unavailable"}, NOW),
        Answer(409, {"code": "idempotency.in_progress"}, NOW),
        Answer(502, "<html>bad gateway</html>", NOW),
        Answer(502, "[]", NOW),
        Answer(0, hang_up=True),
    ],
)
def test_an_upload_is_tried_again_with_the_same_key_while_the_service_is_away(serve: Serve, trouble: Answer) -> None:
    service = serve(in_turn([trouble, trouble, ACCEPTED]))
    assert uploaded(service) == Uploaded("a.pdf", "r-1")
    assert len(service.asked) == 3
    keys = {asked.headers["Idempotency-Key"] for asked in service.asked}
    assert len(keys) == 1


def test_a_refused_file_is_not_tried_again(serve: Serve) -> None:
    service = serve(in_turn([Answer(400, {"code": "file.not_pdf", "detail": "no PDF"})]))
    assert uploaded(service) == Uploaded("a.pdf", None, "file.not_pdf", "no PDF")
    assert len(service.asked) == 1


def test_a_service_that_stays_away_is_given_up_with_its_last_word(serve: Serve) -> None:
    service = serve(in_turn([Answer(503, {"code": "database.unavailable", "detail": "away"}, NOW)]))
    assert uploaded(service) == Uploaded("a.pdf", None, "database.unavailable", "away")
    assert len(service.asked) == TRIES


def test_different_files_have_different_keys(serve: Serve) -> None:
    service = serve(in_turn([ACCEPTED]))
    files = [("a.pdf", lambda: b"1"), ("b.pdf", lambda: b"1"), ("a.pdf", lambda: b"2")]
    assert len(list(upload_all(service.url, files, "run"))) == 3
    assert len({asked.headers["Idempotency-Key"] for asked in service.asked}) == 3


def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(serve: Serve, tmp_path: Path) -> None:
    service = serve(in_turn([ACCEPTED]))
    missing = tmp_path / "gone.pdf"
    answers = {one.name: one for one in upload_all(service.url, [("g", missing.read_bytes), ("a", partial(bytes, 1))], "run")}
    assert answers["g"].code == "file.unreadable"
    assert answers["a"].request_id == "r-1"


def test_waiting_outlasts_a_service_that_is_away_and_ends_with_the_time(serve: Serve) -> None:
    pending, done = Answer(200, {"request_id": "a", "status": "PENDING"}), {"request_id": "a", "status": "COMPLETED"}
    service = serve(in_turn([pending, Answer(0, hang_up=True), Answer(503, "<html>"), Answer(200, done)]))
    assert list(wait_final(service.url, ["a"], 20)) == [done]
    assert list(wait_final(serve(in_turn([pending])).url, ["a"], 0.2)) == []


def answers(asked: Asked, _: int) -> Answer:
    """A system that refuses, fails or reads each file by the file's name."""
    if asked.method == "GET":
        request_id = asked.path.rsplit("/", 1)[1]
        failed = "fails" in request_id
        failure = {"failure": {"code": "file.encrypted", "message": "it is locked"}} if failed else {}
        return Answer(200, {"request_id": request_id, "status": "FAILED" if failed else "COMPLETED", **failure})
    name = asked.body.split(b'filename="', 1)[1].split(b'"', 1)[0].decode()
    if name.startswith("refused"):
        return Answer(400, {"code": "file.not_pdf", "detail": "no PDF"})
    return Answer(202, {"request_id": f"id-{name}"})


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"INVOICEFLOW_HOME": ""})
    return result.exit_code, " ".join(result.output.split())


def test_a_folder_is_uploaded_and_waited_for(serve: Serve, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.PDF", "notes.txt"):
        (tmp_path / name).write_bytes(b"%PDF-")
    code, output = run("ingest", str(tmp_path), "--url", serve(answers).url)
    assert code == 0
    assert "COMPLETED one.pdf id-one.pdf" in output
    assert "COMPLETED two.PDF id-two.PDF" in output
    assert "skipped, not a PDF" in output
    assert "notes.txt" in output


def test_what_is_refused_or_fails_is_told_and_is_the_exit_code(serve: Serve, tmp_path: Path) -> None:
    for name in ("good.pdf", "refused.pdf", "fails.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
    code, output = run("ingest", str(tmp_path), "--url", serve(answers).url)
    assert code == 1
    assert "refused refused.pdf no PDF (file.not_pdf)" in output
    assert "FAILED fails.pdf id-fails.pdf it is locked (file.encrypted)" in output
    assert "COMPLETED good.pdf" in output


def test_without_waiting_the_ids_are_shown(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    code, output = run("ingest", str(tmp_path / "a.pdf"), "--no-wait", "--url", serve(answers).url)
    assert code == 0
    assert "accepted a.pdf id-a.pdf" in output
    assert "COMPLETED" not in output


def test_the_system_that_runs_in_the_home_is_found(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    service = serve(answers)
    instance.write(tmp_path, InstanceFacts(os.getpid(), service.url, "", "", "", ready=True))
    code, output = run("ingest", str(tmp_path / "a.pdf"), "--home", str(tmp_path))
    assert (code, "COMPLETED a.pdf" in output) == (0, True)


def test_without_a_system_it_says_how_to_start_one(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    code, output = run("ingest", str(tmp_path / "a.pdf"), "--home", str(tmp_path))
    assert code == 2
    assert "invoiceflow up" in output


def test_the_command_line_starts_quickly_because_it_imports_what_it_needs() -> None:
    code = "import sys, invoiceflow_cli.main; print([m for m in ('dagster', 'alembic', 'psycopg') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_files_of_one_name_in_two_folders_are_told_apart_and_both_are_uploaded(serve: Serve, tmp_path: Path) -> None:
    for name in ("a/x.pdf", "b/x.pdf"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"%PDF-")
    service = serve(answers)
    code, output = run("ingest", str(tmp_path), "--no-wait", "--url", service.url)
    assert code == 0
    assert "accepted a/x.pdf id-x.pdf" in output
    assert "accepted b/x.pdf id-x.pdf" in output
    keys = [asked.headers["Idempotency-Key"] for asked in service.asked if asked.method == "POST"]
    assert len(set(keys)) == 2


def test_a_folder_without_a_pdf_is_an_error(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    code, output = run("ingest", str(tmp_path), "--url", serve(answers).url)
    assert (code, "There is no PDF file in" in output) == (2, True)


def test_a_server_that_is_unavailable_gives_one_hint(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF-")
    code, output = run("ingest", str(tmp_path), "--url", "http://127.0.0.1:1")
    assert code == 1
    assert output.count("cannot be reached") == 1
    assert "invoiceflow doctor" in output


def test_json_holds_every_file(serve: Serve, tmp_path: Path) -> None:
    for name in ("good.pdf", "refused.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
    result = CliRunner().invoke(app, ["ingest", str(tmp_path), "--json", "--url", serve(answers).url])
    assert {one["file"]: one["status"] for one in json.loads(result.stdout)} == {
        "good.pdf": "COMPLETED",
        "refused.pdf": "refused",
    }
