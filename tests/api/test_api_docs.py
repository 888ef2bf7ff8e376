"""/docs and /redoc work without a network: what they load, the API serves itself."""

import re

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_a_documentation_page_loads_only_what_the_api_serves(ingest_api: TestClient, path: str) -> None:
    page = ingest_api.get(path)
    assert page.status_code == 200
    assert "http:" not in page.text
    assert "https:" not in page.text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) >= 2
    for reference in loaded:
        assert ingest_api.get(reference).status_code == 200, reference
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_assets_have_their_type_and_nothing_else_is_served(ingest_api: TestClient) -> None:
    script = ingest_api.get("/docs/assets/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert len(script.content) > 100_000
    for name in ("__init__.py", "..%2fcore.py", "other.js"):
        assert ingest_api.get(f"/docs/assets/{name}").status_code == 404


def test_documentation_pages_are_counted_under_their_own_paths(ingest_api: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert ingest_api.get(path).status_code == 200
    metrics = ingest_api.get("/metrics").text
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert f'path="{path}",status="200"' in metrics
    assert 'path="unmatched",status="200"' not in metrics
