"""Which net, tax and total belong together: labels propose, arithmetic decides (BR-CO-15: total = net + tax)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final

from invoiceflow_reader.locators.reading import Candidate

Sums = Mapping[str, Sequence[Candidate[Decimal]]]
_TOLERANCE: Final = Decimal("0.02")
_MOST: Final = 10
_CLEAR: Final = 0.6  # the score of an amount that stands beside its own label
_USUAL_RATES: Final = (  # in percent, of value added and sales taxes in Europe and elsewhere
    *(Decimal(whole) for whole in (3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27)),
    *(Decimal(broken) for broken in ("2.1", "2.5", "2.6", "3.8", "5.5", "7.5", "7.7", "8.1", "9.5", "13.5", "25.5")),
)
_NAMED_OTHERWISE: Final = ("addition", "reduction", "withheld", "paid", "previous")
_SAME_EDGE: Final = 3.0  # points
_NONE: Final[tuple[None]] = (None,)


@dataclass(frozen=True, slots=True)
class ChosenSums:
    """The chosen sums; None where the page does not say. `agrees` where net and tax give the total."""

    net: Candidate[Decimal] | None
    tax: Candidate[Decimal] | None
    gross: Candidate[Decimal] | None
    agrees: bool


def choose_sums(sums: Sums, anywhere: Sequence[Candidate[Decimal]]) -> ChosenSums:
    """The set with the best labels among those that add up; without any that does, only what its label says clearly."""
    nets = _best(sums["net"], sums["line_net"], weight=0.8)
    taxes = _best(sums["tax"], (), weight=1.0)
    totals = _best(sums["gross"], sums["amount_due"], weight=0.85) or _best((), sums["paid"], weight=0.8)
    best: tuple[float, ChosenSums] | None = None
    most = max((abs(c.value) for c in totals), default=Decimal(0))
    taxes += [
        Candidate(-t.value, t.cell, t.text, t.score - 0.1, f"{t.why}, with the sign of the total") for t in taxes if t.value > 0
    ]
    for net, tax, gross in product(nets, taxes, totals):
        if abs(net.value + tax.value - gross.value) > _TOLERANCE or not _plausible(net.value, tax.value):
            continue
        score = net.score + tax.score + 1.2 * gross.score + _order(net, tax, gross)
        score += 0.3 * float(abs(gross.value) / most) if most else 0.0  # a rate's own row adds up too: the whole is the largest
        if tax.value == 0 and tax.cell is gross.cell:
            score -= 1
        if best is None or score > best[0]:
            best = (score, ChosenSums(net, tax, gross, agrees=True))
    if best is not None and best[0] > 1.2:
        return best[1]
    return _without_all_three(nets, taxes, totals, anywhere, sums)


def _steps(sums: Sums) -> set[Decimal]:
    """What can stand between net and total beside the tax: shipping, rounding, a discount, a tax that is withheld, or all of
    them together."""
    one = {c.value for c in sums["addition"] if c.score >= _CLEAR} | {
        -abs(c.value) for kind in ("reduction", "withheld") for c in sums[kind] if c.score >= _CLEAR
    }
    return one | {sum(one, Decimal(0))}


def _with_adjustment(
    nets: list[Candidate[Decimal]], taxes: list[Candidate[Decimal]], totals: list[Candidate[Decimal]], sums: Sums
) -> ChosenSums | None:
    """Net and tax that give the total once the shipping, discount or withholding named beside them is counted."""
    steps = _steps(sums)
    best: tuple[float, ChosenSums] | None = None
    for net, tax, gross in product(nets, taxes, totals):
        gap = gross.value - net.value - tax.value
        if min(net.score, tax.score, gross.score) < _CLEAR or tax.value == 0 or not _plausible(net.value, tax.value):
            continue
        if any(abs(gap - step) <= _TOLERANCE for step in steps if step):
            score = net.score + tax.score + gross.score + _order(net, tax, gross)
            if best is None or score > best[0]:
                best = (score, ChosenSums(net, tax, gross, agrees=True))
    return best[1] if best else None


def _without_all_three(
    nets: list[Candidate[Decimal]], taxes: list[Candidate[Decimal]], totals: list[Candidate[Decimal]],
    anywhere: Sequence[Candidate[Decimal]], sums: Sums,
) -> ChosenSums:  # fmt: skip
    by_value = {c.value: c for c in anywhere}
    for net, tax in product(nets, taxes):
        total = by_value.get(net.value + tax.value)
        if total and tax.value != 0 and min(net.score, tax.score) >= 0.6 and _plausible(net.value, tax.value) and not totals:
            return ChosenSums(net, tax, _as(total, 0.6), agrees=True)
    named = {id(c.cell) for kind in _NAMED_OTHERWISE for c in sums[kind] if c.score >= _CLEAR}
    unnamed = {c.value: c for c in anywhere if id(c.cell) not in named}
    for gross in totals:
        for net in nets:
            printed = unnamed.get(gross.value - net.value)
            if printed and _plausible(net.value, printed.value) and printed.value != 0:
                return ChosenSums(net, _as(printed, 0.6), gross, agrees=True)
        for tax in taxes:
            net_found = by_value.get(gross.value - tax.value)
            if net_found and _plausible(net_found.value, tax.value) and tax.value != 0:
                return ChosenSums(_as(net_found, 0.6), tax, gross, agrees=True)
    by_rate = _at_the_printed_rate(nets, totals, sums)
    if by_rate is not None:
        return by_rate
    gross_only = _clearest(totals)
    untaxed = gross_only is not None and any(n.score >= _CLEAR and n.value == gross_only.value for n in nets)
    adjusted = None if untaxed else _with_adjustment(nets, taxes, totals, sums)
    adjusted = adjusted or _several_rates(sums, nets, totals, by_value)
    if adjusted is not None:
        return adjusted
    if gross_only is None:
        return ChosenSums(None, None, None, agrees=False)
    steps = _steps(sums)
    dues = (
        d
        for d in sums["amount_due"]
        if d.score >= _CLEAR and d.value > gross_only.value and _is_one_of(d.value - gross_only.value, steps)
    )
    gross_only = next(dues, gross_only)  # what was added after the "total": a stamp duty, a contribution
    clear = [t for t in taxes if t.score >= _CLEAR]
    explained = {Decimal(0)} | (steps if not any(t.value for t in clear) else set())
    net_only = next((n for n in nets if n.score >= _CLEAR and _is_one_of(gross_only.value - n.value, explained)), None)
    tax_only = _tax_within(clear, gross_only, by_value, sums)
    none_charged = next((t for t in clear if t.value == 0), None)
    if none_charged and not nets and not any(t.value for t in taxes):
        net_only = _as(gross_only, 0.75)  # of which nothing is tax
    return ChosenSums(net_only, none_charged if net_only else tax_only, gross_only, agrees=False)


def _at_the_printed_rate(nets: list[Candidate[Decimal]], totals: list[Candidate[Decimal]], sums: Sums) -> ChosenSums | None:
    """Net and total that the rate beside the tax's name leads to ("Sales tax  9 %"). The tax is not printed: absent."""
    for net, gross, rate in product(nets, totals, sums["rate"]):
        tax = gross.value - net.value
        if min(net.score, gross.score) >= _CLEAR and tax and abs(net.value * rate.value / 100 - tax) <= Decimal("0.011"):
            return ChosenSums(net, None, gross, agrees=True)
    return None


def _is_one_of(gap: Decimal, steps: set[Decimal]) -> bool:
    return any(abs(gap - step) <= _TOLERANCE for step in steps)


def _is_at_a_usual_rate(tax: Decimal, gross: Decimal) -> bool:
    """Whether the tax that is within a total is so much as a usual rate gives, to the cent."""
    if not 0 < abs(tax) < abs(gross):
        return False
    return any(abs(gross * rate / (100 + rate) - tax) <= Decimal("0.0051") for rate in _USUAL_RATES)


def _tax_within(
    clear: list[Candidate[Decimal]], gross: Candidate[Decimal], anywhere: Mapping[Decimal, Candidate[Decimal]], sums: Sums
) -> Candidate[Decimal] | None:
    """The tax within a total whose net is not printed: at a usual rate of all of it, or the only one, of a part."""
    of_all = next((t for t in clear if _is_at_a_usual_rate(t.value, gross.value)), None)
    charged = [t for t in clear if t.value > 0]
    if of_all is None and len({id(t.cell) for t in charged}) == 1 and _is_of_a_base(charged[0], gross, anywhere, sums):
        return charged[0]
    return of_all


def _is_of_a_base(
    tax: Candidate[Decimal], gross: Candidate[Decimal], anywhere: Mapping[Decimal, Candidate[Decimal]], sums: Sums
) -> bool:
    """Whether the tax is a printed base times its printed rate, and what is left of the total is printed: some is not taxed."""
    for rate in sums["rate"]:
        for base in anywhere:
            untaxed = gross.value - base - tax.value
            if (
                base > 0
                and abs(base * rate.value / 100 - tax.value) <= Decimal("0.0051")
                and untaxed > 0
                and untaxed in anywhere
            ):
                return True
    return False


def _several_rates(
    sums: Sums, nets: list[Candidate[Decimal]], totals: list[Candidate[Decimal]], anywhere: Mapping[Decimal, Candidate[Decimal]]
) -> ChosenSums | None:
    """Net and total whose difference is the sum of the tax rows (and of shipping and the like beside them): the tax total
    itself is not printed."""
    columns = _columns(sums["tax"])
    steps = _steps(sums)
    for net, gross, column in product(nets, totals, columns):
        taxes = _between(net, gross, column)
        whole = sum((t.value for t in taxes), Decimal(0))
        gap = gross.value - net.value - whole
        clear = min(net.score, gross.score) >= _CLEAR and _is_one_of(gap, steps)
        if whole and _plausible(net.value, whole) and (abs(gap) <= _TOLERANCE or clear):
            return ChosenSums(net, _sum_of(taxes, whole), gross, agrees=True)
    for gross, column in product(totals, columns):
        whole = sum((t.value for t in column), Decimal(0))
        rest = gross.value - whole
        rounded = (rest + sign * step for step in steps if abs(step) < 1 for sign in (1, -1))  # "Less: round off  0.36"
        net_found = next((anywhere[value] for value in (rest, *rounded) if value in anywhere), None)
        if len(column) > 1 and net_found and gross.score >= _CLEAR and _plausible(net_found.value, whole):
            return ChosenSums(_as(net_found, 0.6), _sum_of(column, whole), gross, agrees=True)
    return None


def _between(net: Candidate[Decimal], gross: Candidate[Decimal], column: list[Candidate[Decimal]]) -> list[Candidate[Decimal]]:
    """Of a column the taxes that stand between net and total, if any do; else all of it."""
    top, bottom = sorted((net.cell.y0, gross.cell.y0))
    inside = [t for t in column if t.cell.page == gross.cell.page == net.cell.page and top < t.cell.y0 < bottom]
    return inside or column


def _columns(taxes: Sequence[Candidate[Decimal]]) -> list[list[Candidate[Decimal]]]:
    """Taxes that stand under one another, each cell once."""
    rows: dict[int, Candidate[Decimal]] = {}
    for tax in taxes:
        if tax.value == round(tax.value, 2):  # no unrounded tax of a line
            rows.setdefault(id(tax.cell), tax)
    columns: list[list[Candidate[Decimal]]] = []
    for tax in rows.values():
        column = next((c for c in columns if abs(c[0].cell.x1 - tax.cell.x1) < _SAME_EDGE), None)
        if column is None:
            columns.append([tax])
        else:
            column.append(tax)
    return columns


def _sum_of(column: Sequence[Candidate[Decimal]], whole: Decimal) -> Candidate[Decimal]:
    return Candidate(whole, column[0].cell, " + ".join(t.text for t in column), 0.7, "sum of the tax rows")


def _clearest(candidates: list[Candidate[Decimal]]) -> Candidate[Decimal] | None:
    """The best labelled; where two values are labelled equally well, the larger: a part is never above the whole."""
    if not candidates:
        return None
    top = max(c.score for c in candidates)
    if top < 0.55:
        return None
    return max((c for c in candidates if c.score >= top - 0.12), key=lambda c: (abs(c.value), c.cell.page, c.cell.y0))


def _best(
    first: Sequence[Candidate[Decimal]], second: Sequence[Candidate[Decimal]], *, weight: float
) -> list[Candidate[Decimal]]:
    best: dict[Decimal, Candidate[Decimal]] = {}
    for candidate in (*first, *(_as(c, c.score * weight) for c in second)):
        known = best.get(candidate.value)
        if known is None or candidate.score >= known.score:
            best[candidate.value] = candidate
    return sorted(best.values(), key=lambda c: -c.score)[:_MOST]


def _order(net: Candidate[Decimal], tax: Candidate[Decimal], gross: Candidate[Decimal]) -> float:
    """Totals stand together, net above tax above total."""
    score = 0.0
    if net.cell.page == gross.cell.page == tax.cell.page:
        score += 0.15
        score += 0.1 if net.cell.y0 <= tax.cell.y0 <= gross.cell.y0 else 0.0
    return score


def _plausible(net: Decimal, tax: Decimal) -> bool:
    """No country taxes goods at more than 30 %; tax has the sign of what is taxed."""
    if net == 0:
        return tax == 0
    return 0 <= tax / net <= Decimal("0.30")


def _as(candidate: Candidate[Decimal], score: float) -> Candidate[Decimal]:
    return Candidate(candidate.value, candidate.cell, candidate.text, score, candidate.why)
