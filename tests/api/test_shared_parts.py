"""What both APIs share: problems, the correlation id, the access log, health, metrics, and what their OpenAPI says."""

import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from invoiceflow.circuit_breaker import CircuitBreaker
from invoiceflow.logs import JsonFormatter
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import load
from invoiceflow_api import application
from invoiceflow_api.application import Description
from invoiceflow_api.correlation import traceparent
from invoiceflow_api.health import CACHE_SECONDS, CHECK_SECONDS, Dependencies
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.strict_parameters import StrictRoute
from tests.rows import new_id


def away() -> None:
    raise Unavailable("database", "away")


class Checks:
    """A program with two dependencies whose health can be set."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.asked = 0
        self.database: Callable[[], None] = self.well
        self.metrics = RequestMetrics("1.2.3")
        self.dependencies = Dependencies(
            {"database": lambda: self.database(), "s3": self.well}, self.metrics, lambda: self.seconds
        )

    def well(self) -> None:
        self.asked += 1


strict = APIRouter(route_class=StrictRoute)


def paging(limit: int = 20) -> int:
    return limit


@strict.get("/list")
def listed(page: Annotated[int, Depends(paging)], kind: Annotated[list[str] | None, Query()] = None) -> list[Any]:
    return [page, kind]


@asynccontextmanager
async def no_lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
def checks() -> Iterator[Checks]:
    checks = Checks()
    yield checks
    checks.dependencies.close()


@pytest.fixture
def api(checks: Checks) -> TestClient:
    description = Description("Test", "A program.", "For tests.", [], needs=frozenset({"database"}))
    chosen = load({"INVOICEFLOW_EMBEDDED": "true", "VERSION": "1.2.3"})
    app = application.build(description, [strict], no_lifespan, settings=chosen, metrics=checks.metrics, new_id=new_id)
    app.state.services = checks

    @app.get("/trace")
    def trace() -> str | None:
        return traceparent()

    @app.get("/fault")
    def fault() -> None:
        raise ZeroDivisionError

    @app.get("/fault-half-way")
    def fault_half_way() -> StreamingResponse:
        def body() -> Iterator[bytes]:
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(body())

    @app.get("/away/{role}")
    def away_role(role: str) -> None:
        raise Unavailable(role, "away")

    @app.get("/teapot")
    def teapot() -> None:
        raise HTTPException(418, "short and stout")

    @app.get("/number/{number}")
    def number(number: int) -> int:
        return number

    return TestClient(app, raise_server_exceptions=False)


def test_an_unexpected_error_is_a_problem_that_reveals_no_internals(api: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = api.get("/fault", headers={"X-Request-ID": "abc"})
    assert (answer.status_code, answer.json()["code"], answer.json()["correlation_id"]) == (500, "internal.error", "abc")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["X-Request-ID"] == "abc"
    assert "ZeroDivision" not in answer.text
    assert any(record.exc_info for record in caplog.records)


def test_an_unexpected_error_after_the_response_began_cuts_it_off(api: TestClient) -> None:
    with pytest.raises(ZeroDivisionError):
        TestClient(api.app).get("/fault-half-way")


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        ("database", 503, "database.unavailable"),
        ("search", 503, "search.unavailable"),
        ("object_store", 502, "storage.unavailable"),
        ("queue", 502, "queue.unavailable"),
        ("spool", 503, "spool.unavailable"),
    ],
)
def test_each_unavailable_dependency_has_its_status_and_code(api: TestClient, role: str, status: int, code: str) -> None:
    answer = api.get(f"/away/{role}")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (status, code, "2")


def test_http_errors_and_bad_inputs_are_problems(api: TestClient) -> None:
    assert api.get("/teapot").json()["detail"] == "short and stout"
    assert (api.post("/teapot").status_code, api.post("/teapot").json()["code"]) == (405, "request.method_not_allowed")
    assert "GET" in api.post("/teapot").headers["Allow"]
    bad = api.get("/number/x")
    assert (bad.status_code, bad.json()["code"], bad.json()["errors"][0]["field"]) == (422, "request.invalid", "number")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", True),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_a_valid_trace_context_is_taken_from_the_request(api: TestClient, given: str, taken: bool) -> None:
    assert api.get("/trace", headers={"traceparent": given}).json() == (given if taken else None)


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, "a\x7f", "ä"])
def test_an_id_that_is_not_fit_for_a_log_line_is_replaced(api: TestClient, given: str) -> None:
    answered = api.get("/livez", headers={b"X-Request-ID": given.encode()}).headers["X-Request-ID"]
    assert answered != given
    assert len(answered) == 36


def test_the_access_log_names_the_route_and_the_request(api: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[dict[str, Any]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonFormatter("ingest-service").format(record)))

    handler, access = Kept(), logging.getLogger("invoiceflow_api.access")
    access.addHandler(handler)
    caplog.set_level(logging.INFO)
    try:
        api.get("/number/7", headers={"X-Request-ID": "abc"})
        api.get("/livez")
    finally:
        access.removeHandler(handler)
    [line] = lines
    assert line["message"] == "GET /number/{number} 200"
    assert (line["correlation_id"], line["path"], line["status"], line["service"]) == (
        "abc",
        "/number/7",
        200,
        "ingest-service",
    )
    assert 0 <= line["seconds"] < 5


def test_metrics_count_by_route_not_by_path(api: TestClient) -> None:
    for number in range(3):
        api.get(f"/number/{number}")
    api.get("/nowhere/at/all")
    text = api.get("/metrics").text
    assert 'invoiceflow_http_request_seconds_count{method="GET",path="/number/{number}",status="200"} 3.0' in text
    assert 'path="unmatched",status="404"' in text
    assert "/nowhere" not in text


def test_a_program_is_ready_while_what_it_needs_is_there(api: TestClient, checks: Checks) -> None:
    assert (api.get("/readyz").status_code, api.get("/livez").json()) == (200, {"status": "ok"})
    checks.database = away
    checks.seconds += CACHE_SECONDS + 0.1
    answer = api.get("/readyz")
    assert (answer.status_code, answer.json()["dependencies"]) == (503, {"database": "unhealthy", "s3": "healthy"})
    assert 'invoiceflow_dependency_healthy{name="database"} 0.0' in api.get("/metrics").text
    assert api.get("/livez").status_code == 200
    assert api.get("/version").json() == {"version": "1.2.3"}


def test_health_results_are_cached_briefly(checks: Checks) -> None:
    checks.dependencies.healthy()
    checks.dependencies.healthy()
    assert checks.asked == 2
    checks.seconds += CACHE_SECONDS + 0.1
    checks.dependencies.healthy()
    assert checks.asked == 4


def test_a_dependency_that_does_not_respond_in_time_is_unhealthy_and_delays_nobody(checks: Checks) -> None:
    released = threading.Event()
    checks.database = lambda: (released.wait(10), None)[1]
    try:
        assert checks.dependencies.healthy() == {"database": False, "s3": True}
    finally:
        released.set()
    assert CHECK_SECONDS <= 1


def test_a_broken_check_is_not_reported_as_an_unhealthy_dependency(checks: Checks) -> None:
    def faulty() -> None:
        raise ZeroDivisionError

    checks.database = faulty
    with pytest.raises(ZeroDivisionError):
        checks.dependencies.healthy()


def test_a_hanging_check_is_repeated_when_it_ends_and_the_others_run_meanwhile(
    checks: Checks,
) -> None:
    released = threading.Event()
    begun: list[int] = []

    def hanging() -> None:
        begun.append(threading.get_ident())
        released.wait(20)

    checks.database = hanging
    try:
        for times in range(1, 4):
            checks.seconds += CACHE_SECONDS + 0.1
            assert checks.dependencies.healthy() == {"database": False, "s3": True}
            assert checks.asked == times
        assert len(begun) == 1  # however often it is asked, one thread hangs
        checks.database = checks.well
    finally:
        released.set()
    checks.seconds += CACHE_SECONDS + 0.1
    assert checks.dependencies.healthy() == {"database": True, "s3": True}


def test_many_probes_during_a_hanging_check_share_one_round_of_checks(checks: Checks) -> None:
    """By the clock of the looks: each takes its whole time, and twenty who ask at once cost two of them."""
    released = threading.Event()
    looks = 0

    def hanging() -> None:
        released.wait(20)

    def counted() -> None:
        nonlocal looks
        looks += 1

    dependencies = Dependencies({"database": hanging, "s3": counted}, checks.metrics, time.monotonic)
    try:
        with ThreadPoolExecutor(20) as crowd:
            answers = [one.result() for one in [crowd.submit(dependencies.healthy) for _ in range(20)]]
        assert answers == [{"database": False, "s3": True}] * 20
        assert looks < 20
    finally:
        released.set()
        dependencies.close()


def test_health_is_degraded_without_search_and_unhealthy_where_uploads_are_refused(
    ingest_api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"rabbitmq": "healthy", "s3": "healthy", "database": "healthy", "search": "healthy"}
    closed = {"circuit_breakers": {"rabbitmq": "closed", "s3": "closed", "database": "closed"}}

    def shown(*away: str) -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr(Dependencies, "healthy", lambda _: {name: name not in away for name in words})
        answer = ingest_api.get("/api/v1/ingest/health")
        assert ingest_api.get("/health").json() == answer.json()
        body = answer.json()
        assert body.pop("processing")["reasons"] == []
        return answer.status_code, body

    assert shown() == (200, {"service": "healthy", "dependencies": words, **closed})
    assert shown("search") == (200, {"service": "degraded", "dependencies": words | {"search": "unhealthy"}, **closed})
    for name in ("rabbitmq", "s3", "database"):
        assert shown(name) == (503, {"service": "unhealthy", "dependencies": words | {name: "unhealthy"}, **closed})


def test_an_open_circuit_breaker_is_seen_in_health_and_metrics(ingest_api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'invoiceflow_circuit_breaker_open{name="s3"} 0.0' in ingest_api.get("/metrics").text
    monkeypatch.setattr(CircuitBreaker, "is_open", property(lambda self: self._role == "object_store"))
    assert ingest_api.get("/api/v1/ingest/health").json()["circuit_breakers"] == {
        "rabbitmq": "closed",
        "s3": "open",
        "database": "closed",
    }
    assert 'invoiceflow_circuit_breaker_open{name="s3"} 1.0' in ingest_api.get("/metrics").text


def test_a_running_ingest_api_checks_its_real_dependencies(ingest_api: TestClient) -> None:
    assert ingest_api.get("/api/v1/ingest/health").json()["service"] == "healthy"
    assert ingest_api.get("/readyz").status_code == 200
    assert ingest_api.get("/version").json() == {"version": "1.0.0"}


def test_the_openapi_of_the_ingest_api_has_an_example_for_every_answer(ingest_api: TestClient) -> None:
    document = ingest_api.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(document)
    for reference in json.dumps(document).split('"#/components/schemas/')[1:]:
        assert reference.split('"')[0] in schemas
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for content in answer["content"].values():
                    assert _has_example(content, schemas), (path, method, status)
                if int(status) >= 400 and "health" not in path and "readyz" not in path:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def _has_example(content: dict[str, Any], schemas: dict[str, Any]) -> bool:
    if "example" in content or content.get("examples"):
        return True
    return bool(schemas[content["schema"]["$ref"].rsplit("/", 1)[-1]].get("examples"))


def test_an_unknown_query_parameter_is_named_and_so_are_the_accepted_ones(api: TestClient) -> None:
    assert api.get("/list?limit=3&kind=a&kind=b").json() == [3, ["a", "b"]]
    answer = api.get("/list?limt=3&kind=a&q=")
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"] == [
        {"field": name, "message": "Unknown query parameter; accepted here: kind, limit"} for name in ("limt", "q")
    ]
    assert api.get("/livez?probe=1").json()["errors"][0]["message"] == "Unknown query parameter; accepted here: none"
