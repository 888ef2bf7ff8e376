"""The operators' endpoints that both programs serve: /livez, /readyz, /version, /metrics."""

from typing import Annotated, Any, Final, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from invoiceflow_api.health import Dependencies
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.strict_parameters import StrictRoute

router = APIRouter(tags=["operations"], route_class=StrictRoute)


class Operated(Protocol):
    """What the operators' endpoints need of a program's AppServices."""

    @property
    def dependencies(self) -> Dependencies:
        """The health checks of what the program depends on."""


async def operated(request: Request) -> Operated:
    """The running program's services, as far as operators' endpoints use them."""
    return cast(Operated, request.app.state.services)


async def request_metrics(request: Request) -> RequestMetrics:
    """The running program's metrics."""
    return cast(RequestMetrics, request.app.state.metrics)


class Liveness(BaseModel):
    """The process is alive."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"] = Field(description="Always `ok`: a process that is not alive does not answer.", examples=["ok"])


class Readiness(BaseModel):
    """Whether requests can be served now, and which dependency prevents it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok", "dependencies": {"database": "healthy"}}]})

    status: Literal["ok", "unavailable"] = Field(
        description="`ok` when every dependency that requests need is healthy.", examples=["ok"]
    )
    dependencies: dict[str, Literal["healthy", "unhealthy"]] = Field(
        description="The state of each dependency by name.", examples=[{"database": "healthy"}]
    )


class RunningVersion(BaseModel):
    """The version of the software that answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": "1.0.0"}]})

    version: str = Field(description="The version of the package, or what VERSION says instead.", examples=["1.0.0"])


@router.get(
    "/livez",
    operation_id="get_liveness",
    summary="Check that the process is alive",
    response_description="The process is alive",
    response_model=Liveness,
)
async def livez() -> Liveness:
    """For liveness probes. Checks nothing but the process itself."""
    return Liveness(status="ok")


_NOT_READY: Final[dict[int | str, dict[str, Any]]] = {
    503: {
        "model": Readiness,
        "description": "A dependency that requests need is unavailable",
        "content": {
            "application/json": {"example": {"status": "unavailable", "dependencies": {"database": "unhealthy"}}},
        },
    }
}


@router.get(
    "/readyz",
    operation_id="get_readiness",
    summary="Check that requests can be served",
    response_description="Requests can be served",
    response_model=Readiness,
    responses=_NOT_READY,
)
def readyz(services: Annotated[Operated, Depends(operated)], request: Request, response: Response) -> Readiness:
    """For readiness probes. 503 while a dependency is unavailable without which no request can be served."""
    healthy = services.dependencies.healthy()
    needed: frozenset[str] = request.app.state.description.needs
    ready = all(healthy[name] for name in needed)
    response.status_code = 200 if ready else 503
    return Readiness(
        status="ok" if ready else "unavailable",
        dependencies={name: "healthy" if good else "unhealthy" for name, good in healthy.items()},
    )


@router.get(
    "/version",
    operation_id="get_version",
    summary="Get the running version",
    response_description="The running version",
    response_model=RunningVersion,
)
async def version(request: Request) -> RunningVersion:
    """The same version as in the OpenAPI document, the logs and the metric `invoiceflow_build_info`."""
    return RunningVersion(version=request.app.version)


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Get Prometheus metrics",
    response_class=Response,
    responses={
        200: {
            "description": "The metrics in Prometheus' text format",
            "content": {
                "text/plain": {"schema": {"type": "string"}, "example": 'invoiceflow_build_info{version="1.0.0"} 1.0\n'}
            },
        }
    },
)
def metrics(current: Annotated[RequestMetrics, Depends(request_metrics)]) -> Response:
    """Requests, uploads, dependencies and the process itself, in Prometheus' text format."""
    return Response(current.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
