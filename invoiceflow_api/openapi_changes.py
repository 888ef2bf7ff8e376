"""What in a new version of an OpenAPI document breaks the clients of the old one. Pure; knows nothing of our APIs.

A client breaks when it may no longer send what it sent (parameters and bodies may only be widened), or when it receives what it
does not know (responses may only be narrowed or gain properties). Texts and examples do not matter.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

Document = Mapping[str, Any]
Direction = Literal["sent", "received"]
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")


def breaking_changes(old: Document, new: Document) -> list[str]:
    """One line for each change that breaks clients, each naming the operation and the place."""
    return sorted(set(_Comparison(old, new).changes()))


class _Comparison:
    """Two documents side by side. `seen` are the schema pairs under comparison: schemas may refer to themselves."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, Direction]] = set()

    def changes(self) -> Iterator[str]:
        for path, operations in self._old["paths"].items():
            for method, operation in operations.items():
                if method not in _METHODS:
                    continue
                where = f"{method.upper()} {path}"
                now = self._new["paths"].get(path, {}).get(method)
                if now is None:
                    yield f"{where}: the operation was removed"
                else:
                    yield from self._operation(where, operation, now)

    def _operation(self, where: str, old: Document, new: Document) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{where}: operationId {old.get('operationId')} became {new.get('operationId')}"
        yield from self._parameters(where, old.get("parameters", []), new.get("parameters", []))
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, response in old.get("responses", {}).items():
            now = new.get("responses", {}).get(status)
            if now is None:
                if status.startswith("2"):
                    yield f"{where}: the response {status} was removed"
                continue
            yield from self._content(f"{where} {status}", response.get("content", {}), now.get("content", {}), "received")
        for status in new.get("responses", {}):
            if status.startswith("2") and status not in old.get("responses", {}):
                yield f"{where}: the response {status} is new"

    def _parameters(self, where: str, old: list[Document], new: list[Document]) -> Iterator[str]:
        before = {(parameter["in"], parameter["name"]): parameter for parameter in old}
        now = {(parameter["in"], parameter["name"]): parameter for parameter in new}
        for (kind, name), parameter in before.items():
            place = f"{where}, {kind} parameter {name}"
            if (kind, name) not in now:
                yield f"{place}: was removed"
                continue
            if now[kind, name].get("required") and not parameter.get("required"):
                yield f"{place}: is now required"
            yield from self._schema(place, parameter.get("schema", {}), now[kind, name].get("schema", {}), "sent")
        for kind, name in now.keys() - before.keys():
            if now[kind, name].get("required"):
                yield f"{where}, {kind} parameter {name}: is new and required"

    def _body(self, where: str, old: Document | None, new: Document | None) -> Iterator[str]:
        if new is None:
            if old is not None:
                yield f"{where}: the request body was removed"
            return
        if new.get("required") and not (old or {}).get("required"):
            yield f"{where}: the request body is now required"
        if old is not None:
            yield from self._content(f"{where} body", old.get("content", {}), new.get("content", {}), "sent")

    def _content(self, where: str, old: Document, new: Document, direction: Direction) -> Iterator[str]:
        for media_type, content in old.items():
            if media_type not in new:
                yield f"{where}: {media_type} was removed"
            else:
                yield from self._schema(where, content.get("schema", {}), new[media_type].get("schema", {}), direction)

    def _schema(self, where: str, old: Document, new: Document, direction: Direction) -> Iterator[str]:
        pair = (repr(old), repr(new), direction)
        if pair in self._seen:
            return
        self._seen.add(pair)
        before, now = _variants(old, self._old), _variants(new, self._new)
        gone, added = before.keys() - now.keys(), now.keys() - before.keys()
        if "number" in now:
            gone -= {"integer"} if direction == "sent" else set()
        if "number" in before:
            added -= {"integer"} if direction == "received" else set()
        if direction == "sent" and gone and "any" not in now:
            yield f"{where}: {_listed(gone)} is no longer accepted"
        if direction == "received" and added and "any" not in before:
            yield f"{where}: may now be {_listed(added)}"
        for kind in before.keys() & now.keys():
            yield from self._same_kind(where, before[kind], now[kind], direction)

    def _same_kind(self, where: str, old: Document, new: Document, direction: Direction) -> Iterator[str]:
        wider, narrower = (new, old) if direction == "received" else (old, new)
        for limit in (*_UPPER, *_LOWER):
            if limit not in narrower and limit not in wider:
                continue
            yield from _limit(where, limit, old, new, direction)
        yield from _values(where, old, new, direction)
        if old.get("format") != new.get("format") and (new if direction == "sent" else old).get("format"):
            yield f"{where}: format {old.get('format')} became {new.get('format')}"
        if direction == "sent" and new.get("pattern") not in (None, old.get("pattern")):
            yield f"{where}: has a new pattern {new['pattern']}"
        if "items" in old:
            yield from self._schema(f"{where}[]", old["items"], new.get("items", {}), direction)
        yield from self._properties(where, old, new, direction)

    def _properties(self, where: str, old: Document, new: Document, direction: Direction) -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        required_before, required_now = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in before.items():
            if name in now:
                yield from self._schema(f"{where}.{name}", schema, now[name], direction)
            else:
                yield f"{where}.{name}: was removed"
        if direction == "sent":
            for name in sorted(required_now - required_before):
                yield f"{where}.{name}: is now required"
        else:
            for name in sorted((required_before - required_now) & now.keys()):
                yield f"{where}.{name}: may now be absent"


def _limit(where: str, name: str, old: Document, new: Document, direction: Direction) -> Iterator[str]:
    """A limit on what is sent may only be relaxed; one on what is received breaks nobody."""
    if direction == "received" or name not in new or old.get(name) == new[name]:
        return
    stricter = name not in old or (new[name] < old[name] if name in _UPPER else new[name] > old[name])
    if stricter:
        yield f"{where}: {name} {old.get(name, 'none')} became {new[name]}"


def _values(where: str, old: Document, new: Document, direction: Direction) -> Iterator[str]:
    before, now = _enumerated(old), _enumerated(new)
    if direction == "sent" and now is not None:
        gone = set() if before is None else before - now
        if before is None:
            yield f"{where}: accepts only {_listed(now)} now"
        elif gone:
            yield f"{where}: {_listed(gone)} is no longer accepted"
    if direction == "received" and before is not None:
        added = {"any value"} if now is None else now - before
        if added:
            yield f"{where}: may now be {_listed(added)}"


def _enumerated(schema: Document) -> set[str] | None:
    if "const" in schema:
        return {repr(schema["const"])}
    return {repr(value) for value in schema["enum"]} if "enum" in schema else None


def _variants(schema: Document, document: Document) -> dict[str, Document]:
    """The kinds of value that a schema allows: by type, objects of several schemas by their names."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return _variants(document["components"]["schemas"][name], document)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            found: dict[str, Document] = {}
            beside = {name: value for name, value in schema.items() if name != union}
            for variant in schema[union]:
                for kind, described in _variants(variant, document).items():
                    name = f"{kind} {described.get('title', '')}" if kind in found else kind
                    found[name] = {**beside, **described}  # limits beside a union hold for all of it
            return found
    kinds = schema.get("type", "any")
    return dict.fromkeys(kinds if isinstance(kinds, list) else [kinds], schema)


def _listed(values: set[str]) -> str:
    return " or ".join(sorted(values))
