"""The catalogue of problem types (problems.toml): what each code means and what to do about it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

PATH: Final = "/problems"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem, as problems.toml describes it. `detail` is an example."""

    code: str
    statuses: Sequence[int]
    title: str
    detail: str
    meaning: str
    action: str


@cache
def problem_types() -> Mapping[str, ProblemType]:
    """Every kind of problem by its code."""
    text = files(__package__ or "").joinpath("problems.toml").read_text(encoding="utf-8")
    return {code: _problem_type(code, **entry) for code, entry in sorted(tomllib.loads(text).items())}


def _problem_type(code: str, *, status: int | list[int], title: str, detail: str, meaning: str, action: str) -> ProblemType:
    statuses = tuple(status) if isinstance(status, list) else (status,)
    return ProblemType(code, statuses, title, detail, meaning, action)
