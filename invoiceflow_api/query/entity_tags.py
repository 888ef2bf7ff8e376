"""Conditional requests (RFC 9110, section 13.1): does the client hold what would be sent? Pure."""

import re
from typing import Final

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def is_held(if_none_match: str | None, tag: str) -> bool:
    """Weak comparison, as If-None-Match asks for: a proxy that compresses makes a tag weak."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)
