"""The invoice as OpenAPI describes it is the invoice as it is sent: no field is missing, none is too much, none untyped."""

import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from invoiceflow.domain import invoice as domain
from invoiceflow.domain.invoice_document import to_document
from invoiceflow_api.query import invoice_schema

PAIRS = [
    (getattr(domain, name), getattr(invoice_schema, name))
    for name in ("Address", "Party", "Totals", "TaxSubtotal", "InvoiceLine", "Payment", "Evidence", "Finding", "Invoice")
]


@pytest.mark.parametrize(("kind", "model"), PAIRS, ids=lambda one: one.__name__)
def test_every_field_of_the_domain_is_described_and_no_other(kind: type, model: type[BaseModel]) -> None:
    assert list(model.model_fields) == [field.name for field in fields(kind)]
    assert all(field.description and field.examples for field in model.model_fields.values() if _is_plain(field.annotation))


def test_every_dataclass_of_an_invoice_has_its_model() -> None:
    reached: set[type] = set()

    def walk(kind: Any) -> None:
        if is_dataclass(kind) and isinstance(kind, type) and kind not in reached:
            reached.add(kind)
            for hint in typing.get_type_hints(kind).values():
                walk(hint)
        for inner in typing.get_args(kind):
            walk(inner)

    walk(domain.Invoice)
    assert reached == {kind for kind, _ in PAIRS}


invoices = st.builds(
    domain.Invoice,
    lines=st.lists(st.builds(domain.InvoiceLine), max_size=3).map(tuple),
    tax_breakdown=st.lists(st.builds(domain.TaxSubtotal), max_size=2).map(tuple),
    findings=st.lists(st.builds(domain.Finding), max_size=2).map(tuple),
    totals=st.builds(domain.Totals, *[st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2)] * 6),
    evidence=st.dictionaries(
        st.sampled_from(["number", "totals.with_tax"]),
        st.builds(domain.Evidence, box=st.none() | st.just((0.0, 0.0, 1.0, 1.0)), confidence=st.floats(0, 1)),
    ),
)


@given(invoices)
def test_what_is_sent_is_what_is_described(invoice: domain.Invoice) -> None:
    sent = to_document(invoice)
    read = invoice_schema.Invoice.model_validate(sent)
    assert read.model_dump(mode="json") == sent


def test_openapi_describes_the_invoice_to_the_last_field(query_api: TestClient) -> None:
    schemas: Mapping[str, Any] = query_api.get("/openapi.json").json()["components"]["schemas"]
    assert {"InvoiceResponse", "SearchHit", "SearchPage", "ChangePage", "Finding", "Severity"} <= set(schemas)
    untyped = [name for name, schema in schemas.items() if schema.get("additionalProperties") is True]
    assert untyped == []
    assert schemas["Severity"]["enum"] == ["info", "warning", "error"]
    assert not [name for name in schemas if name.endswith("Shown")]
    invoice_schema.Invoice.model_validate(schemas["InvoiceResponse"]["examples"][0]["invoice"])


def _is_plain(annotation: Any) -> bool:
    return not (isinstance(annotation, type) and issubclass(annotation, BaseModel)) and typing.get_origin(annotation) not in (
        list,
        dict,
    )
