"""Unknown query parameters are refused (422 with `errors[]`), so that a misspelt filter is never silently ignored."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute


class StrictRoute(APIRoute):
    """A route that accepts only the query parameters it declares; for `APIRouter(route_class=StrictRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler behind a check of the names of all query parameters."""
        handle = super().get_route_handler()
        fields = get_flat_params(self.dependant)
        known = frozenset(field.alias for field in fields if getattr(field.field_info, "in_", None) == ParamTypes.query)

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                unknown = [_unknown(name, known) for name in request.query_params if name not in known]
                if unknown:
                    raise RequestValidationError(unknown)
            return await handle(request)

        return strict


def _unknown(name: str, known: frozenset[str]) -> dict[str, Any]:
    accepted = ", ".join(sorted(known)) if known else "none"
    return {"type": "unknown", "loc": ("query", name[:100]), "msg": f"Unknown query parameter; accepted here: {accepted}"}
