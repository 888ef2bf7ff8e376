"""Range requests (RFC 9110, section 14): which bytes of a file are asked for. Pure."""

import re
from typing import Final

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class NotSatisfiable(Exception):
    """The range lies outside of the file (416)."""


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """[start, end) of a single range, or None: the whole file (no header, or one that may be ignored, such as several ranges).

    Raises NotSatisfiable.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        length = int(match[2])
        if length == 0 or size == 0:
            raise NotSatisfiable(header)
        return max(0, size - length), size
    start = int(match[1])
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise NotSatisfiable(header)
    end = int(match[2]) + 1 if match[2] else size
    return start, min(end, size)
