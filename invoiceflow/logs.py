"""Log lines in the system's one format: a JSON object per line, with the ids that the current work carries.

`bound` gives every line written inside it its fields (`correlation_id`, `request_id`, …). Nothing that is logged can end its
line or pretend to be another: control characters are escaped. Decides nothing about what is logged.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import orjson

_bound: ContextVar[Mapping[str, Any]] = ContextVar("invoiceflow_log_fields", default={})  # noqa: B039  never mutated, only replaced
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Ends a line, moves a terminal's cursor, or turns the text around it."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Adds `fields` to every log line of this context (thread or task) until it is left."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def configure(service: str, level: str, form: Literal["json", "text"], stream: TextIO = sys.stderr) -> None:
    """Makes the root logger write to `stream` in this form, replacing what was configured before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(service) if form == "json" else TextFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # the OpenSearch client logs every request, at DEBUG with whole invoices in it; callers report failures themselves
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    # the RabbitMQ client logs each step of a failed connection as an error of its own
    logging.getLogger("pika").setLevel(logging.CRITICAL)


class JsonFormatter(logging.Formatter):
    """`timestamp` (UTC, milliseconds), `level`, `logger`, `message`, `service`, then bound fields and the line's `extra`."""

    def __init__(self, service: str) -> None:
        """`service` is the name in every line."""
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": self._service,
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _UNSAFE.sub(_json_escape, _json(line))


class TextFormatter(logging.Formatter):
    """The same for a person at a terminal: one line each; tracebacks follow, indented."""

    def __init__(self, service: str) -> None:
        """`service` is the name in every line."""
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, and its traceback."""
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        text = f"{time} {record.levelname:<7} {self._service} {record.getMessage()}" + (f"  [{fields}]" if fields else "")
        text = _UNSAFE.sub(_python_escape, text)
        if not record.exc_info:
            return text
        trace = self.formatException(record.exc_info).split("\n")
        return "\n".join([text, *("    " + _UNSAFE.sub(_python_escape, line) for line in trace)])


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {**_bound.get(), **{name: value for name, value in vars(record).items() if name not in _STANDARD}}


def _json(line: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # a lone surrogate, out of a broken file name or font
        return json.dumps(line, default=str)


def _json_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _python_escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
