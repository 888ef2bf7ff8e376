"""The committed OpenAPI documents: `python -m invoiceflow_api.openapi_contract` compares them with the code.

--write     writes docs/api/*.openapi.json; refuses what would break clients, unless --breaking says that this is meant
--against REF   names what has broken since that commit, tag or branch of git
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from invoiceflow import __version__
from invoiceflow.settings import load
from invoiceflow_api.ingest import main as ingest
from invoiceflow_api.openapi_changes import breaking_changes
from invoiceflow_api.query import main as query

FOLDER: Final = Path(__file__).parents[1] / "docs" / "api"
_APPLICATIONS: Final[Mapping[str, Callable[..., FastAPI]]] = {"ingest": ingest.application, "query": query.application}


def documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI document of each API with the default settings. Opens nothing."""
    settings = load({"INVOICEFLOW_EMBEDDED": "true", "VERSION": __version__})
    return {name: application(settings).openapi() for name, application in _APPLICATIONS.items()}


def committed(name: str) -> dict[str, Any] | None:
    """The committed document of an API; None before there is one."""
    path = _path(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def as_text(document: Mapping[str, Any]) -> str:
    """The document as it is committed: one line for each value, so that a diff can be read."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when the documents agree, or were written; 1 when not."""
    parser = argparse.ArgumentParser(prog="python -m invoiceflow_api.openapi_contract", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/api/*.openapi.json")
    parser.add_argument("--breaking", action="store_true", help="write even what breaks clients")
    parser.add_argument("--against", metavar="REF", help="compare with the documents of this commit, tag or branch")
    chosen = parser.parse_args(arguments)
    results = [_handle(name, document, chosen) for name, document in documents().items()]
    return 0 if all(results) else 1


def _handle(name: str, document: dict[str, Any], chosen: argparse.Namespace) -> bool:
    before = committed(name) if chosen.against is None else _at(chosen.against, name)
    broken = [] if before is None else breaking_changes(before, document)
    for change in broken:
        print(f"{name}: BREAKING {change}")
    if chosen.against is not None:
        return not broken
    if not chosen.write:
        agrees = before is not None and as_text(before) == as_text(document)
        if not agrees:
            print(f"{name}: {_path(name)} is not what the code says; look at the change and run this with --write")
        return agrees
    if broken and not chosen.breaking:
        print(f"{name}: not written. Is this meant? Then add --breaking, and tell it in CHANGELOG.md")
        return False
    _path(name).parent.mkdir(parents=True, exist_ok=True)
    _path(name).write_text(as_text(document), encoding="utf-8")
    return True


def _path(name: str) -> Path:
    return FOLDER / f"{name}.openapi.json"


def _at(reference: str, name: str) -> dict[str, Any] | None:
    shown = subprocess.run(  # noqa: S603  arguments in a list; git reads the reference as one
        ["git", "show", f"{reference}:docs/api/{name}.openapi.json"],  # noqa: S607  whichever git the developer uses
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(shown.stdout) if shown.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
