"""The committed OpenAPI documents are what the code says, and a change that breaks clients is named."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from invoiceflow_api import openapi_contract
from invoiceflow_api.openapi_changes import breaking_changes
from invoiceflow_api.openapi_contract import as_text, committed, documents

STATUS = "/api/v1/ingest/status/{request_id}"
UPLOAD = "/api/v1/ingest/upload"


@pytest.fixture(scope="module")
def generated() -> dict[str, dict[str, Any]]:
    return documents()


@pytest.mark.parametrize("name", ["ingest", "query"])
def test_the_committed_document_is_what_the_code_says(name: str, generated: dict[str, dict[str, Any]]) -> None:
    before = committed(name)
    assert before is not None
    hint = "run: python -m invoiceflow_api.openapi_contract --write"
    assert breaking_changes(before, generated[name]) == [], hint
    assert as_text(before) == as_text(generated[name]), hint


def has_whole_example(content: dict[str, Any], document: dict[str, Any]) -> bool:
    if "example" in content or content.get("examples") or content["schema"].get("format") == "binary":
        return True
    schema = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[-1]]
    return bool(schema.get("examples"))


@pytest.mark.parametrize("name", ["ingest", "query"])
def test_operations_are_named_by_hand_and_everything_is_described(name: str, generated: dict[str, dict[str, Any]]) -> None:
    document = generated[name]
    assert document["info"].keys() >= {"title", "summary", "description", "version", "contact", "license"}
    assert document["servers"]
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    identifiers = [operation["operationId"] for operation in operations]
    assert len(set(identifiers)) == len(identifiers)
    for operation in operations:
        where = operation["operationId"]
        assert "api_v1" not in where
        assert operation["summary"], where
        assert operation["description"], where
        assert set(operation["tags"]) <= set(tags), where
        assert "413" not in operation["responses"], where
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (where, parameter["name"])
        for status, response in operation["responses"].items():
            assert response["description"] != "Successful Response", (where, status)
            for content in response.get("content", {}).values():
                assert has_whole_example(content, document), (where, status)
    for schema_name, schema in document["components"]["schemas"].items():
        for field_name, field in schema.get("properties", {}).items():
            assert field.get("description") or "$ref" in field, (schema_name, field_name)


def removed(*keys: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return change


def changed(value: Any, *keys: str | int) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change


FORM = ("paths", UPLOAD, "post", "requestBody", "content", "multipart/form-data", "schema")
SCHEMAS = ("components", "schemas")
NEW_PARAMETER = {"in": "query", "name": "tenant", "required": True, "schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (removed("paths", UPLOAD), f"POST {UPLOAD}: the operation was removed"),
        (changed("upload", "paths", UPLOAD, "post", "operationId"), "operationId upload_invoice became upload"),
        (removed("paths", UPLOAD, "post", "responses", "202"), "the response 202 was removed"),
        (removed(*SCHEMAS, "IngestionStatusResponse", "properties", "sha256"), "200.sha256: was removed"),
        (changed({"type": "string"}, *SCHEMAS, "IngestionStatusResponse", "properties", "size"), "size: may now be string"),
        (
            changed({"anyOf": [{"type": "integer"}, {"type": "null"}]}, *SCHEMAS, "Statistics", "properties", "total"),
            "total: may now be null",
        ),
        (changed(["pending"], *SCHEMAS, "Statistics", "required"), "total: may now be absent"),
        (changed(["A", "PENDING"], *SCHEMAS, "IngestionStatus", "enum"), "status: may now be 'A'"),
        (changed([NEW_PARAMETER], "paths", STATUS, "get", "parameters"), "query parameter tenant: is new and required"),
        (changed([], "paths", STATUS, "get", "parameters"), "path parameter request_id: was removed"),
        (
            changed({"type": "string", "maxLength": 3}, "paths", STATUS, "get", "parameters", 0, "schema"),
            "request_id: maxLength none became 3",
        ),
        (
            changed(
                ["file", "po"], "paths", UPLOAD, "post", "requestBody", "content", "multipart/form-data", "schema", "required"
            ),
            "body.po: is now required",
        ),
        (removed("paths", UPLOAD, "post", "requestBody"), "the request body was removed"),
        (
            changed(3, "paths", UPLOAD, "post", "parameters", 1, "schema", "maxLength"),
            "header parameter idempotency-key: maxLength 255 became 3",
        ),
    ],
)
def test_a_breaking_change_is_named(
    generated: dict[str, dict[str, Any]], change: Callable[[dict[str, Any]], None], named: str
) -> None:
    new = copy.deepcopy(generated["ingest"])
    change(new)
    found = breaking_changes(generated["ingest"], new)
    assert any(named in line for line in found), found


@pytest.mark.parametrize(
    "change",
    [
        changed("Other words", "paths", UPLOAD, "post", "summary"),
        changed({"type": "string", "description": "New."}, *SCHEMAS, "Statistics", "properties", "oldest"),
        changed({"get": {"operationId": "new", "responses": {}}}, "paths", "/new"),
        changed(["PENDING"], *SCHEMAS, "IngestionStatus", "enum"),
        changed({"type": "string"}, "paths", STATUS, "get", "parameters", 0, "schema"),
    ],
    ids=["words", "more-in-a-response", "new-operation", "fewer-values-received", "more-values-accepted"],
)
def test_what_clients_survive_is_not_named(
    generated: dict[str, dict[str, Any]], change: Callable[[dict[str, Any]], None]
) -> None:
    new = copy.deepcopy(generated["ingest"])
    change(new)
    assert breaking_changes(generated["ingest"], new) == []


def test_the_checker_writes_and_refuses_to_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], generated: dict[str, dict[str, Any]]
) -> None:
    monkeypatch.setattr(openapi_contract, "FOLDER", tmp_path)
    monkeypatch.setattr(openapi_contract, "documents", lambda: generated)
    assert openapi_contract.main([]) == 1  # nothing is committed yet
    assert openapi_contract.main(["--write"]) == 0
    assert openapi_contract.main([]) == 0
    kept = (tmp_path / "ingest.openapi.json").read_text()
    broken = copy.deepcopy(generated)
    del broken["ingest"]["paths"][UPLOAD]
    monkeypatch.setattr(openapi_contract, "documents", lambda: broken)
    capsys.readouterr()
    assert openapi_contract.main(["--write"]) == 1
    assert f"ingest: BREAKING POST {UPLOAD}: the operation was removed" in capsys.readouterr().out
    assert (tmp_path / "ingest.openapi.json").read_text() == kept
    assert openapi_contract.main(["--write", "--breaking"]) == 0
    assert openapi_contract.main([]) == 0
