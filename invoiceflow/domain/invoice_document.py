"""The JSON form of an invoice: amounts as exact decimal strings, dates as ISO 8601, absent values as null.

Both directions, pure, and generic over the dataclasses of `invoice`: a field added there appears here by itself.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from invoiceflow.domain.invoice import Invoice

JsonObject = dict[str, Any]

_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_document(invoice: Invoice) -> JsonObject:
    """The invoice document: only dicts, lists, strings, ints, floats (boxes, confidence) and None."""
    return typing.cast(JsonObject, _to_json(invoice))


def from_document(document: Mapping[str, Any]) -> Invoice:
    """The invoice that `to_document` was given. Unknown keys are ignored, so that older code can read newer documents.

    Raises ValueError (also decimal.InvalidOperation, an ArithmeticError) where a value is not of its type.
    """
    return typing.cast(Invoice, _from_json(Invoice, document))


def _to_json(value: Any) -> Any:
    kind: Any = type(value)
    if kind in _PLAIN:  # most values: every invoice of a burst comes by here
        return value
    if names := _names(kind):
        return {name: _to_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")  # str() may give 1E+3
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _from_json(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        inner = next(a for a in arguments if a is not type(None))
        return None if value is None else _from_json(inner, value)
    if origin is tuple:
        item_kinds = [arguments[0]] * len(value) if arguments[-1] is ... else arguments
        return tuple(_from_json(k, item) for k, item in zip(item_kinds, value, strict=True))
    if origin is Mapping:
        return {key: _from_json(arguments[1], item) for key, item in value.items()}
    if is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        return typing.cast(type, kind)(**{name: _from_json(hint, value[name]) for name, hint in hints.items() if name in value})
    if kind is date:
        return date.fromisoformat(value)
    if kind is float:
        return float(value)
    if isinstance(kind, type) and issubclass(kind, (Decimal, Enum)):
        return kind(value)
    return value
