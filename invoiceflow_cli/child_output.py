"""What a child writes: all of it to a bounded log file, and what of it a person at the terminal should see."""

import json
import logging
import re
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 10_000_000
LOG_FILES = 3
LINE_BYTES = 100_000
"""A longer line is written in pieces of this size."""
SHOWN_CHARACTERS = 300

_HARMLESS = ("No cursor for event type ",)
"""Beginnings of warnings that Dagster's daemon writes at each first start, and nobody can act on."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OWN_TEXT = re.compile(r"^\d\d:\d\d:\d\d (?:WARNING|ERROR|CRITICAL) +\S+ (?P<words>.*)")
"""LOG_FORMAT=text."""
_PLAIN = re.compile(r"(?: - |^)(?:WARNING|ERROR|CRITICAL)(?: - |:\s+)(?P<words>.*)")


def pump(output: BinaryIO, log: Path, show: Callable[[str], None]) -> None:
    """Copies `output` to `log` until it ends; what is noteworthy goes to `show`, once when it is said again and again."""
    handler = RotatingFileHandler(log, maxBytes=LOG_BYTES, backupCount=LOG_FILES)
    handler.setFormatter(logging.Formatter("%(message)s"))
    shown = ""
    with output:
        while line := output.readline(LINE_BYTES):
            text = _COLOURS.sub("", line.decode(errors="replace")).rstrip()
            handler.emit(logging.LogRecord("", logging.INFO, "", 0, text, None, None))
            words = noteworthy(text)
            if words is not None and words != shown:
                show(words)
                shown = words
    handler.close()


def noteworthy(line: str) -> str | None:
    """The message of a warning or an error in a JSON or a text line of any program, with the alert's body if it is an alert."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            return None
        words = str(entry.get("message", "")) if entry.get("level") in ("WARNING", "ERROR", "CRITICAL") else None
        if words and entry.get("alert"):
            words = f"{words}: {' '.join(str(entry['alert']).split())}"
    else:
        found = _OWN_TEXT.search(line) or _PLAIN.search(line)
        words = found["words"] if found else None
    return words[:SHOWN_CHARACTERS] if words and not words.startswith(_HARMLESS) else None
