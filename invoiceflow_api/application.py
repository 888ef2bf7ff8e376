"""What both programs are built of: one FastAPI application with problems, correlation ids, metrics, operators' endpoints.

A program describes itself (`Description`), hands in its routers and its lifespan, and gets the application. What the lifespan
opens lies in `app.state.services`, where the routes' dependencies find it.
"""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from invoiceflow.settings import Settings
from invoiceflow_api import api_docs, openapi_examples, operations, problem_pages, problems
from invoiceflow_api.clients import TrustedProxies
from invoiceflow_api.correlation import CorrelationMiddleware
from invoiceflow_api.metrics import RequestMetrics

logger = logging.getLogger(__name__)

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
    metrics: RequestMetrics,
    new_id: Callable[[], UUID],
    settings: Settings,
) -> FastAPI:
    """The application. `lifespan` sets `app.state.services` when it opens; `new_id` makes correlation ids. Of the settings it
    uses the version, the public URL and DEBUG."""
    app = FastAPI(
        title=description.title,
        summary=description.summary,
        description=description.description,
        version=settings.version,
        license_info=LICENSE,
        openapi_tags=[*description.tags, problem_pages.TAG, OPERATIONS_TAG],
        servers=[{"url": settings.public_url or "/", "description": "This installation"}],
        openapi_url=None,  # api_docs serves it, and both pages without a network
        docs_url=None,
        redoc_url=None,
        lifespan=partial(_logged, lifespan, settings),
        debug=settings.debug,
    )
    app.state.description = description
    app.state.metrics = metrics
    problems.install(app)
    openapi_examples.install(app)
    _add_contact(app)
    app.add_middleware(CorrelationMiddleware, new_id=new_id, metrics=metrics)
    proxies = TrustedProxies(settings.trusted_proxies).addresses
    if proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)
    if settings.public_path:
        app.add_middleware(PublicPath, path=settings.public_path)
    for router in (*routers, problem_pages.router, operations.router, api_docs.router):
        app.include_router(router)
    return app


class PublicPath:
    """Below which path clients reach the application. A gateway may strip it from the requests it passes on, or not."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        """`path` begins with a slash and does not end with one."""
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Routes by the path below, and refers to everything by the whole path."""
        if scope["type"] == "http":
            scope["root_path"] = self._path
        await self._app(scope, receive, send)


@asynccontextmanager
async def _logged(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]], settings: Settings, app: FastAPI
) -> AsyncIterator[None]:
    """A line at start and at stop: which version ran when."""
    async with lifespan(app):
        logger.info("%s %s started", app.title, settings.version, extra={"version": settings.version})
        yield
    logger.info("%s %s stopped", app.title, settings.version, extra={"version": settings.version})


def _add_contact(app: FastAPI) -> None:
    """FastAPI's own argument warns of a missing validator whenever it is given an address."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document["info"]["contact"] = CONTACT
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents
