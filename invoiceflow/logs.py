"""Log lines in the system's one shape: a JSON object a line, with the ids that the work at hand carries.

`bound` gives every line written inside it its fields (`correlation_id`, `request_id`, …). Decides nothing about what is logged.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import orjson

_bound: ContextVar[Mapping[str, Any]] = ContextVar("invoiceflow_log_fields", default={})  # noqa: B039  never mutated, only replaced
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
    # the OpenSearch client tells of every request, at DEBUG with whole invoices in it; what fails is told by who asked
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    # the RabbitMQ client tells each step of a failed connection as an error of its own
    logging.getLogger("pika").setLevel(logging.CRITICAL)


class JsonFormatter(logging.Formatter):
    """`timestamp` (UTC, milliseconds), `level`, `logger`, `message`, `service`, then bound fields and the line's `extra`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
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
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class TextFormatter(logging.Formatter):
    """The same for a person at a terminal."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        text = f"{time} {record.levelname:<7} {self._service} {record.getMessage()}" + (f"  [{fields}]" if fields else "")
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {**_bound.get(), **{name: value for name, value in vars(record).items() if name not in _STANDARD}}
