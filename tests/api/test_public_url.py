"""Behind a gateway: everything the APIs refer to lies under the public URL, whether the gateway strips its prefix or not."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main as ingest
from samples import hostile

URL = "https://ap.example/invoices"


@pytest.fixture
def api(settings: Settings) -> Iterator[TestClient]:
    with TestClient(ingest.application(settings.model_copy(update={"public_url": URL}))) as client:
        yield client


@pytest.mark.parametrize("prefix", ["", "/invoices"], ids=["stripped", "kept"])
def test_references_lie_under_the_public_url(api: TestClient, prefix: str) -> None:
    upload = api.post(f"{prefix}/api/v1/ingest/upload", files={"file": ("a.pdf", hostile.one_page(), "application/pdf")})
    assert upload.status_code == 202
    assert upload.headers["Location"] == f"/invoices/api/v1/ingest/status/{upload.json()['request_id']}"
    assert api.get(upload.headers["Location"]).status_code == 200
    problem = api.get(f"{prefix}/nowhere").json()
    assert problem["type"] == "/invoices/problems/resource.not_found"
    assert api.get(problem["type"]).json()["code"] == "resource.not_found"
    assert api.get(f"{prefix}/openapi.json").json()["servers"] == [{"url": URL, "description": "This installation"}]
    page = api.get(f"{prefix}/docs").text
    assert "'/invoices/openapi.json'" in page or '"/invoices/openapi.json"' in page
    assert "/invoices/docs/assets/swagger-ui-bundle.js" in page


def test_without_a_public_url_references_are_relative_to_the_host(ingest_api: TestClient) -> None:
    assert ingest_api.get("/openapi.json").json()["servers"] == [{"url": "/", "description": "This installation"}]
    assert ingest_api.get("/nowhere").json()["type"] == "/problems/resource.not_found"
