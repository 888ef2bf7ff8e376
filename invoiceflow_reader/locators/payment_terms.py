"""Due dates in running text: "Please pay by 5 March 2024", "zahlbar bis zum 04.07.2013, 3 % Skonto bis zum 15.06.2013"."""

import re
from datetime import date
from typing import Final

from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.dates import find_dates

_PAYS: Final = re.compile(
    r"\b(?:zahlbar|zahlen|zahlung\w*|bezahl\w*|fällig|faellig|überweis\w*|ueberweis\w*|beglei\w*|abgebucht|abbuch\w*|"
    r"eingezogen|einzieh\w*|lastschrift|"
    r"pay|paid|payable|payment|remit|remittance|due|settle\w*|debit\w*|collect\w*|"
    r"régl\w*|regler|réglement|règlement|payer|payable|paiement|échéance|prélev\w*|débit\w*|"
    r"pagar|pago|abonar|vence\w*|cargar\w*|pagamento|pagare|scad\w+|addebit\w*|versare|verser|virer|"
    r"betal\w*|gelieve te|voldoe\w*|voldaan|overmaken|incass\w*|afgeschreven|schrijven|vervalt|"
    r"liquidar|vencimento|płat\w+|zapłat\w+|zapłac\w*|wpłat\w*|splat\w+|uhra\w+|zaplat\w*|"
    r"betingelser|betalingsbetingelser|betalningsvillkor|condi\w+ de (?:paiement|r[èe]glement|pago|pagamento)|terms|"
    r"indbetal\w*|forfald\w*|forfall\w*|maks\w+|eräpäivä|ohne abzug|without deduction|rein netto)\b",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(
    r"(?:\b(?:up to|bis(?:\s+(?:zum|spätestens|einschließlich))*|spätestens(?:\s+am)?|am|zum|until|till|by|"
    r"before|on or (?:after|before|around|about)|on|due|"
    r"no later than|not later than|"
    r"au plus tard(?:\s+le)?|avant le|jusqu'au|le|antes del?|hasta el|el|entro(?:\s+(?:il|e non oltre il))?|il|"
    r"v[óo][óo]r|voor|uiterlijk(?:\s+op)?|op|omstreeks|rond|tot|at[ée](?:\s+(?:ao dia|dia))?|do(?:\s+(?:dnia|dne))?|"
    r"forfald|forfaller|förfaller|fällig|vence|scade|vervalt|échéance|senast(?:\s+den)?|senest(?:\s+den)?|den|innen)[:\s]*(?:the\s+)?)$",
    re.IGNORECASE,
)
_DISCOUNT: Final = re.compile(r"\bskonto|discount|escompte|descuento|sconto|korting|rabat|desconto|\d\s?%", re.IGNORECASE)
_PAID: Final = re.compile(
    r"^\s*(?:paid|bezahlt|payée?|pagad[oa]|pagat[oa]|betaald|betalt|betald|zapłacono|zaplaceno)\b", re.IGNORECASE
)
_LATER: Final = re.compile(  # the first instalment of the coming year
    r"\b(?:erstmals|first payable|pour la première fois|por primera vez|per la prima volta|voor het eerst)\b", re.IGNORECASE
)
_DAYS: Final = re.compile(
    r"\b(\d{1,3})\s?(?:calendar |kalender|werk)?"
    r"(?:days?|tagen?|jours?|d[ií]as|giorni|gg\.?|dagen|dage|dagar|dni|dn[íi])(?![^\W_])|"
    r"\b(?:net|nett|netto)\s(\d{1,3})(?![.,]?\d)\b",
    re.IGNORECASE,
)
_CLAUSE_END: Final = re.compile(r"[.;!]\s|,\s|\s[-–]\s|\s=\s")
_OTHER_DAYS: Final = re.compile(
    r"fin de mois|fin du mois|end of (?:the )?month|\beom\b|monatsende|fine mese|f\.\s?m\.|fin de mes|"
    r"einde maand|overdue|outstanding|"
    r"interest|verzug|mahn|intér[êe]t|retard|mora\b|rente|complain|notified|claims?\b|reklam|reclam|einwend|widerruf|return|"
    r"rückgabe|cancel|kündig|liefer|deliver|livraison|entrega|consegna|lever|reading|zugang",
    re.IGNORECASE,
)
_MOST_DAYS: Final = 120
_DERIVED: Final = 0.72
_LONG: Final = 60
_SAME_EDGE: Final = 5.0  # points
_SCORE: Final = 0.74  # below every label, above what stands alone
_LONGEST: Final = 400


def payment_sentences(reading: Reading) -> list[Candidate[date]]:
    """Candidates for the due date (BT-9) out of sentences that speak of paying; a date for a discount is none."""
    found: list[Candidate[date]] = []
    for cell in reading.cells():
        text = cell.text[:_LONGEST]
        if not any(c.isdigit() for c in text) or not (_PAYS.search(text) or _PAYS.search(_rest_of_the_sentence(reading, cell))):
            continue
        fitting = []
        stop = 0
        for seen in find_dates(text, month_first=reading.month_first):
            before = text[stop : seen.start]
            stop = seen.end
            rest = text[seen.end : seen.end + 40]
            if _PAID.search(before) or _LATER.search(before):
                continue
            if _UNTIL.search(before[-30:]) and not speaks_of_discount(before) and not starts_with_discount(rest):
                fitting.append(seen)
        if fitting:
            last = max(fitting, key=lambda f: f.value)
            found.append(Candidate(last.value, cell, last.text, _SCORE, "in a sentence about paying"))
    return found


def days_to_pay(reading: Reading) -> Candidate[int] | None:
    """In how many days the whole is to be paid ("within 14 days of invoice date", "30 Tage netto"), where the page gives one
    number alone; days for a discount, for complaints or until the end of a month are none."""
    found: dict[int, Candidate[int]] = {}
    for cell in reading.cells():
        text = cell.text[:_LONGEST]
        if not any(c.isdigit() for c in text) or not (_PAYS.search(text) or _is_under_terms(reading, cell)):
            continue
        for match in _DAYS.finditer(text):
            clause = _CLAUSE_END.split(text[: match.start()])[-1] + match.group() + _CLAUSE_END.split(text[match.end() :])[0]
            days = int(match[1] or match[2])
            if 0 < days <= _MOST_DAYS and not _DISCOUNT.search(clause) and not _OTHER_DAYS.search(clause):
                found.setdefault(days, Candidate(days, cell, match.group(), _DERIVED, "days to pay"))
    return next(iter(found.values())) if len(found) == 1 else None


def _is_under_terms(reading: Reading, cell: Cell) -> bool:
    """Whether the cell, its left neighbour or what stands right above it names terms of payment or the due date."""
    row = reading.pages[cell.page - 1].rows
    above = [c for c in row[cell.row - 1].cells if c.overlaps(cell)] if cell.row else []
    near = [cell, *reading.row(cell).cells[max(0, cell.index - 1) : cell.index], *above]
    return any(label.fields & {"terms", "due_date"} for c in near for label in reading.labels(c))


def _rest_of_the_sentence(reading: Reading, cell: Cell) -> str:
    """What goes on in the next line, where this one is long and breaks off: "wird am 20.03.2014 / eingezogen"."""
    if len(cell.text) < _LONG or cell.text[-1] in ".:!":
        return ""
    under = [c for c in reading.below(cell, rows=1) if abs(c.x0 - cell.x0) < _SAME_EDGE]
    return re.split(r"[.;!]\s", under[0].text[: 2 * _LONG])[0] if under else ""


def speaks_of_paying(text: str) -> bool:
    """Whether the words of a sentence are those of payment."""
    return bool(_PAYS.search(text))


def speaks_of_discount(before: str) -> bool:
    """Whether the clause that leads up to a date grants a discount until then: "3 % Skonto bei Zahlung bis …"."""
    return bool(_DISCOUNT.search(re.split(r"[;.,]\s", before)[-1]))


def starts_with_discount(rest: str) -> bool:
    """Whether what follows a date grants a discount until then: "26.03.2025 mit 2 % Skonto, bis …"."""
    clause = re.split(r"[,;.](?!\d)|\b(?:und|and|et|oder|or|bis)\b", rest, maxsplit=1)[0]
    return bool(_DISCOUNT.search(clause))
