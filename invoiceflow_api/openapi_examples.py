"""Whole examples in OpenAPI: FastAPI drops every null of an example, which then lacks fields that its schema requires."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel


def install(app: FastAPI) -> None:
    """Puts the examples of this project's models back as they were written."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document["components"]["schemas"]
        for model in _models(BaseModel):
            extra = model.model_config.get("json_schema_extra")
            if isinstance(extra, dict) and "examples" in extra and model.__name__ in schemas:
                schemas[model.__name__]["examples"] = extra["examples"]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        if model.__module__.startswith("invoiceflow_api."):
            yield model
        yield from _models(model)
