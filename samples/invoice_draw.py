"""Draws an invented invoice whose amounts agree. Its looks are `page_style` and `layouts`, its XML `factur_x` and `ubl`.

The sums follow EN 16931: a line's net amount is rounded, tax is rounded once for each rate (BR-CO-10 to BR-CO-17).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Final

from invoiceflow.domain.invoice import Invoice, InvoiceLine, Payment, TaxSubtotal, Totals
from samples.companies import COMPANIES, COUNTRIES, Company, sellers
from samples.goods import Good, goods
from samples.identifiers import leitweg_id
from samples.vocabulary import ADJUSTMENT_REASONS, CREDIT_TERMS, EXEMPTIONS, terms_of_payment

CENT: Final = Decimal("0.01")
LANGUAGES: Final = tuple(COUNTRIES)
CREDIT_NOTE: Final = "381"  # UNTDID 1001
INVOICE: Final = "380"

# Standard and reduced rate in percent; for the USA a sales tax.
RATES: Final = {
    "AT": ("20", "10"),
    "BE": ("21", "6"),
    "CH": ("8.1", "2.6"),
    "DE": ("19", "7"),
    "DK": ("25", "25"),
    "ES": ("21", "10"),
    "FR": ("20", "5.5"),
    "GB": ("20", "5"),
    "IE": ("23", "13.5"),
    "IT": ("22", "10"),
    "NL": ("21", "9"),
    "PT": ("23", "6"),
    "SE": ("25", "12"),
    "US": ("8.25", "8.25"),
}
CURRENCIES: Final = {"CH": "CHF", "DK": "DKK", "GB": "GBP", "SE": "SEK", "US": "USD"}
_OUTSIDE_THE_UNION: Final = {"CH", "GB", "US"}


@dataclass(frozen=True)
class Adjustment:
    """A document level allowance (BG-20) or charge (BG-21). `amount` is positive; `percent` of `base`, if it was one."""

    is_charge: bool
    reason: str
    amount: Decimal
    percent: Decimal | None
    base: Decimal | None
    category_code: str
    rate: Decimal


@dataclass(frozen=True)
class Bill:
    """The invoice and what else stands on its paper. `item_numbers` and `details` go with the lines."""

    invoice: Invoice
    language: str
    seller: Company
    buyer: Company
    delivery_date: date
    customer_number: str
    item_numbers: tuple[str, ...]
    names: tuple[str, ...]
    details: tuple[str | None, ...]
    adjustments: tuple[Adjustment, ...] = ()
    exemption_reason: str | None = None

    @property
    def is_credit_note(self) -> bool:
        return self.invoice.type_code == CREDIT_NOTE


@dataclass(frozen=True)
class Wishes:
    """What a drawn invoice must be; None leaves it to chance."""

    country: str | None = None
    seller: str | None = None
    lines: int | None = None
    number: str | None = None
    issue_date: date | None = None
    credit_note: bool | None = None
    allowance: bool | None = None
    several_rates: bool | None = None
    has_vat: bool = False
    prepaid: bool | None = None
    domestic: bool | None = None


def draw_bill(language: str, random: Random, wishes: Wishes | None = None) -> Bill:
    """An invoice in this language. Raises IndexError when no company fits the wishes."""
    wishes = wishes or Wishes()
    seller = _seller(language, random, wishes)
    buyer = _buyer(seller, random, wishes)
    category, exemption = _category(seller, buyer, language)
    credit_note = random.random() < 0.08 if wishes.credit_note is None else wishes.credit_note
    chosen = _goods(language, random, wishes)
    lines = tuple(_line(i, good, seller.country, category, random) for i, good in enumerate(chosen, start=1))
    wants_allowance = random.random() < 0.22 if wishes.allowance is None else wishes.allowance
    adjustments = _adjustments(lines, category, language, random) if wants_allowance and not credit_note else ()
    breakdown = _breakdown(lines, adjustments, category)
    issued = wishes.issue_date or date(2025, 1, 2) + timedelta(days=random.randrange(640))
    number = wishes.number or _number(issued, random)
    days = random.choice((7, 10, 14, 30, 30, 45))
    wants_prepaid = random.random() < 0.08 if wishes.prepaid is None else wishes.prepaid
    invoice = Invoice(
        number=number,
        issue_date=issued,
        payment_due_date=None if credit_note else issued + timedelta(days=days),
        currency_code=CURRENCIES.get(seller.country, "EUR"),
        type_code=CREDIT_NOTE if credit_note else INVOICE,
        purchase_order_reference=_order_reference(random) if random.random() < 0.45 else None,
        buyer_reference=_buyer_reference(buyer, random) if random.random() < 0.3 else None,
        seller=seller.party(),
        buyer=buyer.party(),
        totals=_totals(lines, adjustments, breakdown, random if wants_prepaid and not credit_note else None),
        tax_breakdown=breakdown,
        lines=lines,
        payment=Payment(
            account_id=seller.iban,
            bic=seller.bic if seller.iban else None,
            reference=number,
            terms=CREDIT_TERMS[language] if credit_note else terms_of_payment(language, days, random),
        ),
    )
    return Bill(
        invoice=_without_vat_identifier(invoice) if category == "E" else invoice,
        language=language,
        seller=seller,
        buyer=buyer,
        delivery_date=issued - timedelta(days=random.randrange(9)),
        customer_number=f"{random.choice(('', 'K', 'C-', 'KD'))}{random.randint(10000, 99999)}",
        item_numbers=tuple(f"{random.randint(100, 999)}.{random.randint(10, 99)}" for _ in lines),
        names=tuple(good.name for good in chosen),
        details=tuple(good.detail for good in chosen),
        adjustments=adjustments,
        exemption_reason=exemption,
    )


def _seller(language: str, random: Random, wishes: Wishes) -> Company:
    fitting = [c for c in sellers(language, wishes.country) if wishes.seller in (None, c.name)]
    if wishes.has_vat:
        fitting = [c for c in fitting if c.vat_identifier]
    return random.choice(fitting)


def _buyer(seller: Company, random: Random, wishes: Wishes) -> Company:
    others = [c for c in COMPANIES if c is not seller]
    at_home = [c for c in others if c.country == seller.country]
    abroad = [c for c in others if {c.country, seller.country}.isdisjoint(_OUTSIDE_THE_UNION) and c.country != seller.country]
    domestic = random.random() < 0.85 if wishes.domestic is None else wishes.domestic
    # Countries with one invented company sell abroad.
    return random.choice((at_home or abroad or others) if domestic else (abroad or at_home or others))


def _category(seller: Company, buyer: Company, language: str) -> tuple[str, str | None]:
    """The VAT category code (BT-118) of all lines and, where no tax is charged, the reason in words (BT-120)."""
    if not seller.charges_tax:
        return "E", EXEMPTIONS["E"][language]
    if seller.country != buyer.country and {seller.country, buyer.country}.isdisjoint(_OUTSIDE_THE_UNION):
        return "AE", EXEMPTIONS["AE"][language]
    return "S", None


def _goods(language: str, random: Random, wishes: Wishes) -> list[Good]:
    count = wishes.lines or random.choice((1, 2, 2, 3, 3, 4, 5, 6, 7, 9, 14, 34))
    offered = goods(language)
    chosen = random.sample(offered, k=min(count, len(offered)))
    chosen += random.choices(offered, k=count - len(chosen))
    if wishes.several_rates:
        chosen[0] = next(good for good in offered if not good.reduced)
        if count > 1:
            chosen[1] = next(good for good in offered if good.reduced)
    return chosen


def _line(position: int, good: Good, country: str, category: str, random: Random) -> InvoiceLine:
    steps = random.randrange(1001)
    price = (good.low + (good.high - good.low) * steps / 1000).quantize(CENT)
    if good.unit_code in {"HUR", "KGM", "MTR"}:
        quantity = Decimal(random.randrange(2, 160)) / random.choice((1, 2, 4))
    elif good.unit_code == "C62":
        quantity = Decimal(random.choice((1, 1, 1, 2, 3, 4, 5, 10, 12, 25)))
    else:
        quantity = Decimal(random.choice((1, 1, 2, 3)))
    rate = Decimal(RATES[country][1 if good.reduced else 0]) if category == "S" else Decimal(0)
    return InvoiceLine(
        identifier=str(position),
        description=f"{good.name}\n{good.detail}" if good.detail else good.name,
        quantity=quantity,
        unit_code=good.unit_code,
        unit_price=price,
        net_amount=_rounded(quantity * price),
        tax_rate=rate,
    )


def _adjustments(lines: Sequence[InvoiceLine], category: str, language: str, random: Random) -> tuple[Adjustment, ...]:
    """An allowance in percent of all lines, split by rate as BG-20 asks; now and then a charge at the first line's rate."""
    percent = Decimal(random.choice((2, 3, 5, 10)))
    allowance, charge = ADJUSTMENT_REASONS[language]
    drawn = [
        Adjustment(False, allowance, _rounded(base * percent / 100), percent, base, category, rate)
        for rate, base in _sums_by_rate(lines).items()
    ]
    if random.random() < 0.3:
        amount = Decimal(random.choice(("7.50", "12.00", "18.90")))
        drawn.append(Adjustment(True, charge, amount, None, None, category, lines[0].tax_rate or Decimal(0)))
    return tuple(one for one in drawn if one.amount)


def _sums_by_rate(lines: Sequence[InvoiceLine]) -> dict[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = {}
    for line in lines:
        rate = line.tax_rate or Decimal(0)
        sums[rate] = sums.get(rate, Decimal(0)) + (line.net_amount or 0)
    return sums


def _breakdown(lines: Sequence[InvoiceLine], adjustments: Sequence[Adjustment], category: str) -> tuple[TaxSubtotal, ...]:
    sums = _sums_by_rate(lines)
    for one in adjustments:
        sums[one.rate] += one.amount if one.is_charge else -one.amount
    return tuple(
        TaxSubtotal(category, rate, base, _rounded(base * rate / 100)) for rate, base in sorted(sums.items(), reverse=True)
    )


def _totals(
    lines: Sequence[InvoiceLine], adjustments: Sequence[Adjustment], breakdown: Sequence[TaxSubtotal], prepaid: Random | None
) -> Totals:
    line_sum = sum((line.net_amount or Decimal(0) for line in lines), Decimal(0))
    without_tax = line_sum + sum((a.amount if a.is_charge else -a.amount for a in adjustments), Decimal(0))
    tax = sum((row.tax_amount or Decimal(0) for row in breakdown), Decimal(0))
    with_tax = without_tax + tax
    paid = _rounded(with_tax * prepaid.choice((20, 30, 50)) / 100) if prepaid else None
    return Totals(line_sum, without_tax, tax, with_tax, paid, with_tax - (paid or 0))


def _without_vat_identifier(invoice: Invoice) -> Invoice:
    """A small business that charges no tax prints its tax number only."""
    return replace(invoice, seller=replace(invoice.seller, vat_identifier=None))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _number(issued: date, random: Random) -> str:
    running = random.randint(3, 9899)
    return random.choice(
        (
            f"{issued.year}-{running:04d}",
            f"RE-{issued.year}/{running:04d}" if random.random() < 0.5 else f"R{issued:%y%m}-{running}",
            f"INV-{10000 + running}",
            f"F{issued:%y%m%d}-{running % 90 + 10}",
            f"{issued.year}{running:05d}",
            f"A/{issued.year}/{running}",
            f"{random.randint(100000, 999999)}",
            f"{issued:%y}.{running:05d}",
        )
    )


def _order_reference(random: Random) -> str:
    return random.choice(
        (f"PO-{random.randint(4500, 99999)}", f"45{random.randint(10000000, 99999999)}", f"B{random.randint(100, 999)}/26")
    )


def _buyer_reference(buyer: Company, random: Random) -> str:
    first, second = random.randint(10000, 99999), random.randint(10, 99)
    return random.choice(
        (
            leitweg_id(first) if buyer.country == "DE" else f"{first}-{second}",
            f"KST {random.randint(1000, 9999)}",
            f"{random.choice('ABCDEFHK')}{random.choice('BCDEFG')}-{random.randint(10, 99)}",
        )
    )
