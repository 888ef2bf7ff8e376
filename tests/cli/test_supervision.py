"""Children that live, die, are started again and are stopped; what of their output a person sees."""

import io
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from invoiceflow_cli.child_output import noteworthy, pump
from invoiceflow_cli.children import MAX_QUICK_EXITS, Child, GaveUp, pause_before_restart, restart_exited, stop_all

LIVES = "import signal; print('up', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"


def child(tmp_path: Path, code: str) -> Child:
    return Child("service", [sys.executable, "-c", code], {}, tmp_path / "logs" / "service.log")


def started(one: Child, wait_until: Callable[..., None]) -> Child:
    one.start()
    wait_until(lambda: "up" in (one.log.read_text() if one.log.exists() else ""))
    return one


def test_a_child_is_not_reached_by_ctrl_c_and_shares_the_processors_by_niceness(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    """A process group of its own, but no session: the scheduler weighs sessions against each other before it looks at nice."""
    one = started(child(tmp_path, LIVES), wait_until)
    assert one.process is not None
    try:
        assert os.getpgid(one.process.pid) == one.process.pid
        assert os.getsid(one.process.pid) == os.getsid(0)
    finally:
        stop_all([one], 15)


def ended(one: Child) -> bool:
    return not one.is_running


def test_a_child_that_dies_is_started_again_and_the_log_says_so(
    tmp_path: Path, wait_until: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "invoiceflow.up")
    one = started(child(tmp_path, LIVES), wait_until)
    assert one.process is not None
    first = one.process.pid
    one.process.kill()
    wait_until(lambda: ended(one))
    now = time.monotonic()
    restart_exited([one], now)
    assert ended(one)  # it died young: not at once
    restart_exited([one], now + 11)
    assert one.is_running
    assert one.process.pid != first
    assert "service exited (killed by SIGKILL); it is restarted in 0.5 s" in caplog.text
    assert "service was restarted" in caplog.text
    stop_all([one], 15)


def test_a_child_that_dies_after_a_long_life_is_started_again_at_once(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    one = started(child(tmp_path, LIVES), wait_until)
    assert one.process is not None
    one.process.kill()
    wait_until(lambda: ended(one))
    restart_exited([one], one.started_at + 3600)
    assert one.is_running
    stop_all([one], 15)


def test_a_child_that_only_dies_is_given_up_with_its_name_and_log(tmp_path: Path) -> None:
    one = child(tmp_path, "raise SystemExit(3)")
    one.start()
    assert one.process is not None
    for _ in range(MAX_QUICK_EXITS):
        one.process.wait(20)
        restart_exited([one], one.started_at + 1)
        restart_exited([one], one.started_at + 12)
    one.process.wait(20)
    with pytest.raises(GaveUp, match=r"service exited right after its start 9 times; see its log .*service\.log"):
        restart_exited([one], one.started_at + 1)


def test_a_child_never_started_is_left_alone(tmp_path: Path) -> None:
    one = child(tmp_path, LIVES)
    restart_exited([one], time.monotonic())
    stop_all([one], 15)
    assert one.process is None


def test_pauses_grow_to_ten_seconds() -> None:
    assert [pause_before_restart(deaths) for deaths in (0, 1, 2, 3, 20)] == [0.0, 0.5, 1.0, 2.0, 10.0]


def test_stopping_asks_first_and_kills_what_does_not_listen(
    tmp_path: Path, wait_until: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    polite = started(child(tmp_path / "a", LIVES), wait_until)
    deaf = started(child(tmp_path / "b", DEAF), wait_until)
    stop_all([polite, deaf], 0.5)
    assert polite.process is not None
    assert deaf.process is not None
    assert polite.process.returncode == -signal.SIGTERM
    assert deaf.process.returncode == -signal.SIGKILL
    assert "did not end in time and is killed" in caplog.text


def test_what_a_child_says_goes_to_its_log_and_only_trouble_to_the_terminal(
    tmp_path: Path, wait_until: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    code = """
import signal
print('{"level": "INFO", "message": "all well"}')
print('{"level": "ERROR", "message": "the disk is full"}')
print('last', flush=True)
signal.pause()
"""
    one = child(tmp_path, code)
    one.start()
    wait_until(lambda: one.log.exists() and "last" in one.log.read_text())
    stop_all([one], 15)
    assert "all well" in one.log.read_text()
    assert [record.getMessage() for record in caplog.records] == ["service: the disk is full"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"level": "WARNING", "message": "queue away"}', "queue away"),
        ('{"level": "INFO", "message": "fine"}', None),
        ('{"level": "ERROR"}', None),
        ('{"level": "ERROR", "mess', None),
        ("2026-11-23 22:21:44 +0000 - dagster.daemon - ERROR - sensor failed", "sensor failed"),
        ("2026-11-23 22:21:44 +0000 - dagster - WARNING - a tick took long", "a tick took long"),
        ("12:30:01 WARNING pipeline An alert could not be sent  [x=1]", "An alert could not be sent  [x=1]"),
        ('{"level": "WARNING", "message": "Alert", "alert": "a.pdf failed\\nb.pdf too"}', "Alert: a.pdf failed b.pdf too"),
        ("ERROR:    [Errno 98] address already in use", "[Errno 98] address already in use"),
        ('{"level": "WARNING", "message": "No cursor for event type X, ignoring older events"}', None),
        ("no ERROR here", None),
        ("", None),
    ],
)
def test_trouble_is_recognised_in_the_lines_of_every_service(line: str, words: str | None) -> None:
    assert noteworthy(line) == words


def test_the_same_trouble_is_shown_once_and_colours_are_left_out(tmp_path: Path) -> None:
    line = b"\x1b[32mnow\x1b[0m - dagster - \x1b[31mERROR\x1b[0m - lost\n"
    shown: list[str] = []
    pump(io.BytesIO(line * 3 + b"ERROR: other\n" + b"\xff\xfe\n"), tmp_path / "log", shown.append)
    assert shown == ["lost", "other"]
    assert "\x1b" not in (tmp_path / "log").read_text()


def test_a_line_without_end_is_written_in_pieces(tmp_path: Path) -> None:
    pump(io.BytesIO(b"x" * 250_000), tmp_path / "log", lambda _: None)
    assert [len(line) for line in (tmp_path / "log").read_text().splitlines()] == [100_000, 100_000, 50_000]
