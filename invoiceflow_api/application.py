"""What both programs are built of: one FastAPI application with problems, correlation ids, metrics, operators' endpoints.

A program describes itself (`Description`), hands in its routers and its lifespan, and gets the application. What the lifespan
opens lies in `app.state.services`, where the routes' dependencies find it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, FastAPI

from invoiceflow_api import operations, problems
from invoiceflow_api.correlation import CorrelationMiddleware
from invoiceflow_api.metrics import RequestMetrics

CONTACT: Final = {"name": "InvoiceFlow", "email": "security@invoiceflow.com"}
LICENSE: Final = {"name": "MIT", "identifier": "MIT"}
OPERATIONS_TAG: Final = {
    "name": "operations",
    "description": "For operators and their probes: liveness, readiness, version, metrics.",
}


@dataclass(frozen=True, slots=True)
class Description:
    """What sets one program apart from the other. `tags` are OpenAPI's, in order; `needs` names the dependencies without
    which the program cannot serve any request (it is not ready then)."""

    title: str
    summary: str
    description: str
    tags: Sequence[dict[str, str]]
    needs: frozenset[str]


def build(
    description: Description,
    routers: Sequence[APIRouter],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    *,
    version: str,
    metrics: RequestMetrics,
    new_id: Callable[[], UUID],
    debug: bool = False,
) -> FastAPI:
    """The application. `lifespan` sets `app.state.services` when it opens; `new_id` makes correlation ids."""
    app = FastAPI(
        title=description.title,
        summary=description.summary,
        description=description.description,
        version=version,
        contact=CONTACT,
        license_info=LICENSE,
        openapi_tags=[*description.tags, OPERATIONS_TAG],
        lifespan=lifespan,
        debug=debug,
    )
    app.state.description = description
    app.state.metrics = metrics
    problems.install(app)
    app.add_middleware(CorrelationMiddleware, new_id=new_id, metrics=metrics)
    for router in (*routers, operations.router):
        app.include_router(router)
    return app
