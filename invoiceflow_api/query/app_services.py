"""What a running query API holds, and the dependency that gives it to the routes."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from invoiceflow_api.health import Dependencies
from invoiceflow_api.query.originals import Originals
from invoiceflow_api.query.service import QueryService


@dataclass(frozen=True, slots=True)
class AppServices:
    """Opened by the lifespan, closed with it."""

    service: QueryService
    originals: Originals
    dependencies: Dependencies


async def app_services(request: Request) -> AppServices:
    """The running program's services. Async, since FastAPI would hand a plain function to a thread."""
    return cast(AppServices, request.app.state.services)


Services = Annotated[AppServices, Depends(app_services)]
