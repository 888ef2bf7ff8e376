"""One invoice out of the candidates that the locators propose for the pages. Unsure values stay absent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from invoiceflow.domain.invoice import Evidence, Invoice, Party, Payment, Totals
from invoiceflow_reader.assembly.lines import ChosenLines, choose_lines
from invoiceflow_reader.assembly.sums import ChosenSums, Sums, choose_sums
from invoiceflow_reader.assembly.tax_breakdown import with_tax_breakdown
from invoiceflow_reader.locators.addresses import address_under
from invoiceflow_reader.locators.blocks import of_one_block
from invoiceflow_reader.locators.currencies import locate_currencies
from invoiceflow_reader.locators.dates import locate_dates
from invoiceflow_reader.locators.header import (
    locate_numbers,
    locate_reference,
    locate_type,
)
from invoiceflow_reader.locators.line_items import locate_tables
from invoiceflow_reader.locators.names import LEGAL_FORM
from invoiceflow_reader.locators.parties import locate_buyers, locate_sellers
from invoiceflow_reader.locators.payment import locate_bics, locate_ibans, locate_vat_identifiers
from invoiceflow_reader.locators.payment_terms import days_to_pay
from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.locators.tax_rows import locate_tax_rows
from invoiceflow_reader.locators.totals import all_amounts, locate_totals
from invoiceflow_reader.locators.unheaded_lines import locate_unheaded_lines
from invoiceflow_reader.page.folding import folded

_LONGEST_TERM: Final = 130  # days
_BESIDE: Final = 200.0  # points; one and a half times the way from a name to the end of its block
_PLAINLY_LABELLED: Final = 0.85
_MOST_CONFIDENT: Final = 0.99
_LEAST: Final = 0.5  # below this a name is a guess
_SELLER_FIRST: Final = 0.15  # every invoice names its seller, a receipt no buyer
_MOST_PARTIES: Final = 12
_SURE: Final = 0.8
_LONG_WORD: Final = re.compile(r"[a-z]{4,}")
_NAME_CONFIDENCE: Final = 0.88  # measured on the public corpus: nine names in ten are right, whatever their score


@dataclass(slots=True)
class PageInvoice:
    """What the pages say: the invoice, and for each path the candidates, best first (the chosen one among them)."""

    invoice: Invoice
    candidates: dict[str, Sequence[Candidate[Any]]] = field(default_factory=dict)


def assemble(reading: Reading) -> PageInvoice:
    """The invoice that the pages describe. Pure: the same pages give the same invoice."""
    found: dict[str, Sequence[Candidate[Any]]] = {}
    numbers = _ranked(locate_numbers(reading))
    issued, due, issue_date, due_date = _dates(reading)
    found["number"], found["issue_date"], found["payment_due_date"] = numbers, _ranked(issued), _ranked(due)
    located = locate_totals(reading)
    sums = choose_sums(located, all_amounts(reading))
    sums = _exempt(reading, sums, located)
    found["totals.with_tax"] = _ranked([*located["gross"], *located["amount_due"]])
    found["totals.without_tax"] = _ranked([*located["net"], *located["line_net"]])
    found["totals.tax"] = _ranked(located["tax"])
    buyers = _ranked(locate_buyers(reading))
    sellers = _ranked(locate_sellers(reading))
    seller, buyer = _parties(reading, sellers, buyers)
    found["seller.name"], found["buyer.name"] = sellers, buyers
    seller_vat, buyer_vat = _vat_identifiers(_ranked(locate_vat_identifiers(reading)), seller, buyer)
    chosen: dict[str, Candidate[Any] | None] = {
        "number": _first(numbers, 0.6),
        "issue_date": issue_date,
        "payment_due_date": due_date,
        "currency_code": _first(_ranked(locate_currencies(reading)), 0.5),
        "type_code": _first(_ranked(locate_type(reading)), 0.6),
        "purchase_order_reference": _first(_ranked(locate_reference(reading, "order")), 0.6),
        "buyer_reference": _first(_ranked(locate_reference(reading, "buyer_reference")), 0.6),
        "seller.name": seller,
        "seller.vat_identifier": seller_vat,
        "buyer.name": buyer,
        "buyer.vat_identifier": buyer_vat,
        "totals.without_tax": sums.net,
        "totals.tax": sums.tax,
        "totals.with_tax": sums.gross,
        "totals.paid": _first(_ranked(located["paid"]), 0.7),
        "totals.amount_due": _first(_ranked(located["amount_due"]), 0.7),
        "payment.account_id": _first(_ranked(locate_ibans(reading)), 0.5),
        "payment.bic": _first(_ranked(locate_bics(reading)), 0.5),
        "payment.reference": _first(_ranked(locate_reference(reading, "payment_reference")), 0.6),
    }
    targets = [c.value for c in (sums.net, sums.gross) if c]
    if sums.gross and sums.tax and not sums.net:
        targets.insert(0, sums.gross.value - sums.tax.value)
    targets += [c.value for kind in ("line_net", "net", "gross", "amount_due") for c in _ranked(located[kind])]
    targets += [sum((row.base for row in rows), Decimal(0)) for rows in locate_tax_rows(reading) if len(rows) > 1]
    lines = choose_lines(reading, [*locate_tables(reading), *locate_unheaded_lines(reading)], targets)
    invoice = with_tax_breakdown(_invoice(reading, chosen, sums, lines), reading, sums)
    return PageInvoice(invoice, found)


def _invoice(reading: Reading, chosen: dict[str, Candidate[Any] | None], sums: ChosenSums, lines: ChosenLines) -> Invoice:
    def value(path: str) -> Any:
        candidate = chosen[path]
        return candidate.value if candidate else None

    def party(name: str) -> Party:
        head = chosen[f"{name}.name"]
        made = Party(name=value(f"{name}.name"), vat_identifier=value(f"{name}.vat_identifier"))
        return replace(made, address=address_under(reading, head.cell)) if head else made

    evidence = {path: _evidence(reading, path, c, sums) for path, c in chosen.items() if c is not None}
    return Invoice(
        number=value("number"),
        issue_date=value("issue_date"),
        payment_due_date=value("payment_due_date"),
        currency_code=value("currency_code"),
        type_code=value("type_code"),
        purchase_order_reference=value("purchase_order_reference"),
        buyer_reference=value("buyer_reference"),
        seller=party("seller"),
        buyer=party("buyer"),
        totals=Totals(
            without_tax=value("totals.without_tax"),
            tax=value("totals.tax"),
            with_tax=value("totals.with_tax"),
            paid=value("totals.paid"),
            amount_due=value("totals.amount_due"),
        ),
        payment=Payment(account_id=value("payment.account_id"), bic=value("payment.bic"), reference=value("payment.reference")),
        lines=lines.lines,
        evidence=MappingProxyType({**evidence, **dict(lines.evidence)}),
    )


def _evidence(reading: Reading, path: str, candidate: Candidate[Any], sums: ChosenSums) -> Evidence:
    cell = candidate.cell
    page = reading.pages[cell.page - 1]
    confidence = candidate.score
    if candidate in (sums.net, sums.tax, sums.gross):
        confidence = max(0.93, confidence) if sums.agrees else 0.8 * confidence
    most = _NAME_CONFIDENCE if path.endswith(".name") else _MOST_CONFIDENT
    confidence = round(min(most, max(0.05, confidence)), 3)
    return Evidence(cell.page, page.fractions(cell.x0, cell.y0, cell.x1, cell.y1), candidate.text, page.reader, confidence)


def _ranked(candidates: Sequence[Candidate[Any]]) -> list[Candidate[Any]]:
    return sorted(candidates, key=lambda c: -c.score)


def _first(candidates: Sequence[Candidate[Any]], least: float) -> Candidate[Any] | None:
    return candidates[0] if candidates and candidates[0].score >= least else None


_Dates = tuple[list[Candidate[date]], list[Candidate[date]], Candidate[date] | None, Candidate[date] | None]


def _dates(reading: Reading) -> _Dates:
    """The dates; where no date of the page tells day from month, the order in which a bill falls due after its issue does."""
    first = _dates_as_read(reading)
    if reading.month_first_is_told or _is_in_order(first):
        return first
    reading.month_first = not reading.month_first
    other = _dates_as_read(reading)
    if _is_in_order(other):
        return other
    reading.month_first = not reading.month_first
    return first


def _dates_as_read(reading: Reading) -> _Dates:
    issued, due = locate_dates(reading)
    issue_date = _issue_date(issued, due)
    return issued, due, issue_date, _due_date(due, issue_date) or _after_the_days_to_pay(reading, issue_date)


def _is_in_order(dates: _Dates) -> bool:
    """Whether the bill falls due on the day of its issue or in the months after it, or either is unknown."""
    _, _, issue_date, due_date = dates
    return issue_date is None or due_date is None or 0 <= (due_date.value - issue_date.value).days <= _LONGEST_TERM


def _issue_date(issued: Sequence[Candidate[date]], due: Sequence[Candidate[date]]) -> Candidate[date] | None:
    """The best labelled; an unlabelled date only where no other date could be meant."""
    ranked = _ranked(issued)
    if not ranked:
        return None
    best: Candidate[date] = ranked[0]
    if best.score >= 0.5:
        return best
    alone = {c.value for c in ranked if c.why == "a date that stands alone"}
    if len(alone) == 1 and best.value in alone:
        return best
    values = {c.value for c in ranked} - {c.value for c in due}
    return best if len(values) == 1 else None


def _due_date(due: Sequence[Candidate[date]], issued: Candidate[date] | None) -> Candidate[date] | None:
    """Not before the issue date, unless its label leaves no doubt (then it is a finding)."""
    ranked = sorted(due, key=lambda c: (-round(c.score, 2), c.cell.page, c.cell.row))
    fitting = [c for c in ranked if issued is None or c.value >= issued.value]
    if fitting and fitting[0].score >= 0.6:
        return fitting[0]
    return ranked[0] if ranked and ranked[0].score >= _PLAINLY_LABELLED else None


def _after_the_days_to_pay(reading: Reading, issued: Candidate[date] | None) -> Candidate[date] | None:
    """ "30 days net": counted from the issue date, where no due date is printed."""
    days = days_to_pay(reading) if issued else None
    if issued is None or days is None:
        return None
    due = issued.value + timedelta(days=days.value)
    return Candidate(due, days.cell, days.text, days.score, f"{days.value} days after the issue date")


def _exempt(reading: Reading, sums: ChosenSums, located: Sums) -> ChosenSums:
    """No tax where the page says why none is charged (BT-120) and its net, if printed, is the total (BR-CO-15)."""
    if sums.tax or not sums.gross or (sums.net and sums.net.value != sums.gross.value):
        return sums
    if not sums.net and any(located[kind] for kind in ("net", "line_net", "tax", "addition", "reduction", "paid", "previous")):
        return sums
    for cell, label in reading.labelled("exempt"):
        text = cell.text[label.start : label.end]
        net = sums.net or replace(sums.gross, score=0.75, why="the total, of which nothing is tax")
        return replace(sums, net=net, tax=Candidate(Decimal(0), cell, text, 0.8, "exempt by its own words"))
    return sums


def _parties(
    reading: Reading, sellers: Sequence[Candidate[str]], buyers: Sequence[Candidate[str]]
) -> tuple[Candidate[str] | None, Candidate[str] | None]:
    """The best seller and buyer together: nobody writes an invoice to themselves, and one address is one party's."""
    best: tuple[float, Candidate[str] | None, Candidate[str] | None] = (0.0, None, None)
    for seller in (*[c for c in sellers if c.score >= _LEAST][:_MOST_PARTIES], None):
        for buyer in (*[c for c in buyers if c.score >= _LEAST][:_MOST_PARTIES], None):
            if seller and buyer and (_same(seller, buyer) or of_one_block(reading, seller.cell, buyer.cell)):
                continue
            score = (seller.score + _SELLER_FIRST if seller else 0.0) + (buyer.score if buyer else 0.0)
            if score > best[0]:
                best = (score, seller, buyer)
    return _with_legal_form(best[1], sellers), best[2]


def _with_legal_form(seller: Candidate[str] | None, sellers: Sequence[Candidate[str]]) -> Candidate[str] | None:
    """The seller's full name where the page prints it too: "Telia Nord" in the logo, "Telia Nord AB" in the footer;
    "A. Griesbeck" above, "Anton Griesbeck OHG" below."""
    if seller is None or LEGAL_FORM.search(seller.value):
        return seller
    legal = [c for c in sellers if LEGAL_FORM.search(c.value)]
    short = folded(seller.value)
    words = set(_LONG_WORD.findall(short))
    longer = next((c for c in legal if folded(c.value).startswith(f"{short} ")), None)
    spelled_out = (c for c in legal if words and c.score >= _SURE and words <= set(_LONG_WORD.findall(folded(c.value))))
    return longer or next(spelled_out, seller)


def _same(one: Candidate[str], other: Candidate[str] | None) -> bool:
    return other is not None and folded(one.value) == folded(other.value)


def _vat_identifiers(
    found: Sequence[Candidate[str]], seller: Candidate[str] | None, buyer: Candidate[str] | None
) -> tuple[Candidate[str] | None, Candidate[str] | None]:
    """Whose label says so; else by which party's name stands nearer; the only one is the seller's (Art. 226 (3))."""
    buyers = [c for c in found if c.why == "buyer"]
    others: list[Candidate[str]] = []
    for candidate in found:
        if candidate.why == "buyer" or candidate.value in {c.value for c in others}:
            continue
        others.append(candidate)
    if len(others) > 1 and seller and buyer:
        others.sort(key=lambda c: _distance(c, seller) - _distance(c, buyer))
        if not buyers and _distance(others[-1], buyer) < _distance(others[-1], seller):
            buyers = [others[-1]]
    if (
        len(others) == 1
        and not buyers
        and seller
        and buyer
        and others[0].cell.y0 >= buyer.cell.y0
        and _distance(others[0], seller) > 1.5 * _distance(others[0], buyer) < _BESIDE
    ):
        return None, others[0]
    own = next((c for c in others if not buyers or c.value != buyers[0].value), None)
    return own, buyers[0] if buyers else None


def _distance(one: Candidate[str], other: Candidate[str]) -> float:
    if one.cell.page != other.cell.page:
        return 2000.0
    return abs(one.cell.y0 - other.cell.y0) + 0.5 * abs(one.cell.x0 - other.cell.x0)


def money(value: Decimal | None) -> str:
    """An amount for a sentence."""
    return "—" if value is None else f"{value:,.2f}"
