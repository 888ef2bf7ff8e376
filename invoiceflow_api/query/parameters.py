"""The query parameters of a search: what is accepted, and the `Search` that they describe. Impossible values are 422."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BeforeValidator

from invoiceflow.domain.search.query import Facet, Search

MAX_LIMIT: Final = 100
MAX_VALUES: Final = 50

Sort = Literal[
    "relevance",
    "-created_at",
    "created_at",
    "-issue_date",
    "issue_date",
    "-payment_due_date",
    "payment_due_date",
    "-total",
    "total",
    "seller",
    "number",
    "-received_at",
    "received_at",
]
# the search index calls the time of the upload `received_at`, as the API did before
_SORTS: Final[dict[str, str]] = {"-created_at": "-received_at", "created_at": "received_at"}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _iso_date(value: Any) -> Any:
    """Pydantic would also take a number, as seconds since 1970."""
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]
Amount = Annotated[Decimal, Query(max_digits=20, decimal_places=4, examples=["119.00"])]
CurrencyCode = Annotated[str, AfterValidator(_upper), Query(pattern=r"^[A-Za-z]{3}$")]
FinalStatus = Annotated[Literal["COMPLETED", "FAILED"], BeforeValidator(_upper)]
FindingCode = Annotated[str, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
PartyName = Annotated[str, Query(max_length=500)]


def search_params(
    q: Annotated[
        str,
        Query(
            max_length=500,
            description='Words, all of which must match; the last may be unfinished. `"…"` keeps words together.',
            examples=["müller re-2026"],
        ),
    ] = "",
    seller: Annotated[
        list[PartyName], Query(max_length=MAX_VALUES, description="Names of sellers, as the facet returns them; any may match.")
    ] = [],  # noqa: B006  FastAPI copies defaults
    buyer: Annotated[list[PartyName], Query(max_length=MAX_VALUES, description="Names of buyers; any may match.")] = [],  # noqa: B006  FastAPI copies defaults
    status: Annotated[
        list[FinalStatus],
        Query(max_length=MAX_VALUES, description="`COMPLETED` or `FAILED`, in any case: only final invoices are searchable."),
    ] = [],  # noqa: B006  FastAPI copies defaults
    currency: Annotated[
        list[CurrencyCode],
        Query(max_length=MAX_VALUES, description="Currency codes (ISO 4217), in any case; any may match.", examples=[["EUR"]]),
    ] = [],  # noqa: B006  FastAPI copies defaults
    finding: Annotated[
        list[FindingCode],
        Query(max_length=MAX_VALUES, description="Codes of findings or failures; any may match.", examples=[["BR-CO-15"]]),
    ] = [],  # noqa: B006  FastAPI copies defaults
    has_finding: Annotated[bool | None, Query(description="Only invoices with, or only without, findings.")] = None,
    issued_from: Annotated[IsoDate | None, Query(description="Earliest issue date, inclusive.")] = None,
    issued_to: Annotated[IsoDate | None, Query(description="Latest issue date, inclusive.")] = None,
    due_from: Annotated[IsoDate | None, Query(description="Earliest payment due date, inclusive.")] = None,
    due_to: Annotated[IsoDate | None, Query(description="Latest payment due date, inclusive.")] = None,
    total_min: Annotated[
        Amount | None, Query(description="Smallest total with tax, inclusive, in each invoice's own currency.")
    ] = None,
    total_max: Annotated[
        Amount | None, Query(description="Largest total with tax, inclusive, in each invoice's own currency.")
    ] = None,
    sort: Annotated[
        Sort | None,
        Query(
            description="`-` sorts descending. The default is `relevance` where `q` has words, else `-created_at`; `relevance`"
            " without words means that, too. Missing values come last. `received_at` is the former name of `created_at`.",
        ),
    ] = None,
) -> Search:
    """The search that the query parameters describe. Raises RequestValidationError for ranges that hold nothing."""
    _ordered("issued_from", issued_from, "issued_to", issued_to)
    _ordered("due_from", due_from, "due_to", due_to)
    _ordered("total_min", total_min, "total_max", total_max)
    return Search(
        q=q,
        seller=tuple(seller),
        buyer=tuple(buyer),
        status=tuple(status),
        currency=tuple(currency),
        finding=tuple(finding),
        has_finding=has_finding,
        issued_from=issued_from,
        issued_to=issued_to,
        due_from=due_from,
        due_to=due_to,
        total_min=total_min,
        total_max=total_max,
        sort=_SORTS.get(sort or "", sort or ""),
    )


SearchParams = Annotated[Search, Depends(search_params)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items of one page.")]
Facets = Annotated[list[Facet], Query(max_length=5, description="Facets to count.", examples=[["seller", "currency"]])]


def _ordered(low_name: str, low: Any, high_name: str, high: Any) -> None:
    if low is not None and high is not None and low > high:
        raise RequestValidationError(_errors([low_name, high_name], f"{low_name} must not be after {high_name}"))


def _errors(names: Sequence[str], message: str) -> list[dict[str, Any]]:
    return [{"type": "range", "loc": ("query", name), "msg": message} for name in names]
