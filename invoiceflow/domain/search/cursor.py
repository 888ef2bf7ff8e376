"""The opaque cursor between two pages: a keyset, bound to its search, signed so that nobody hands in another.

base64url(first 16 bytes of HMAC-SHA-256 + JSON [version, fingerprint, key]).
"""

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from typing import Any, Final

from invoiceflow.domain.search.query import Search

VERSION: Final = 1
MAX_LENGTH: Final = 4096
_MAC: Final = 16


class CursorError(ValueError):
    """The cursor cannot be used; `code` says why."""

    code = "cursor.invalid"


class CursorInvalid(CursorError):
    """It was not made here, or with a key that is no longer taken."""


class CursorMismatch(CursorError):
    """It belongs to another query, filter or sort."""

    code = "cursor.mismatch"


def sign(search: Search, after: Sequence[Any], key: bytes) -> str:
    """At most MAX_LENGTH characters, whatever names the invoices bear (`analysis.MAX_NAME`)."""
    return seal([VERSION, search.fingerprint(), list(after)], key)


def unsign(search: Search, cursor: str, keys: Sequence[bytes]) -> tuple[Any, ...]:
    """Where the page begins. Any of `keys` may have signed it (rotation). Raises CursorInvalid, CursorMismatch."""
    version, fingerprint, after = opened(cursor, keys)
    if version != VERSION or fingerprint != search.fingerprint():
        raise CursorMismatch("the cursor belongs to another query, filter or sort")
    return tuple(after)


def seal(content: Sequence[Any], key: bytes) -> str:
    """JSON values as an opaque, signed text."""
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, body, "sha256")[:_MAC] + body).decode().rstrip("=")


def opened(cursor: str, keys: Sequence[bytes]) -> list[Any]:
    """What was sealed, as [version, fingerprint, position]. Raises CursorInvalid."""
    if len(cursor) > MAX_LENGTH:
        raise CursorInvalid("the cursor is too long")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("the cursor is not base64url") from error
    mac, body = raw[:_MAC], raw[_MAC:]
    if not any(hmac.compare_digest(hmac.digest(key, body, "sha256")[:_MAC], mac) for key in keys):
        raise CursorInvalid("the cursor is not one of this system, or too old")
    return list(json.loads(body))
