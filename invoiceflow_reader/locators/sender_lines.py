"""A letter's sender in one line, as over its window: "Company · Street 1 · 12345 City" (DIN 5008)."""

from typing import Final

from invoiceflow_reader.locators.addresses import is_city_line
from invoiceflow_reader.locators.names import (
    LEGAL_FORM,
    SEPARATORS,
    is_place,
    is_registered,
    name_in,
    top_of_the_slip,
    with_its_form,
)
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Cell

_TOP: Final = 0.4  # of the page's height
_FOOT: Final = 0.82


def sender_lines(reading: Reading) -> list[tuple[str, Cell, float]]:
    """Names that open a line "Company · Street · 12345 City", in one cell or in several set closely."""
    found = []
    page = reading.pages[0]
    slip = top_of_the_slip(page)
    for row in page.rows:
        if slip < row.y0 and not any(is_registered(c.text) for c in row.cells):
            continue
        if not any(is_city_line(part) for c in row.cells for part in SEPARATORS.split(c.text)):
            continue
        if any(a.decimals == 2 and not a.is_percent for c in row.cells for a in reading.amounts(c)):
            continue  # a line of the invoice
        cell = row.cells[0]
        for start in range(len(row.cells)):
            cells = row.cells[start:]
            near = [c for i, c in enumerate(cells) if i == 0 or c.x0 - cells[i - 1].x1 < 2.5 * c.height]
            parts = [p for p in SEPARATORS.split(" ".join(c.text for c in near)) if p and any(ch.isalnum() for ch in p)]
            if len(parts) >= 3 and any(is_city_line(p) for p in parts[1:]):
                name = name_in(with_its_form(parts))
                cell = cells[0]
                labels = reading.labels(cell)
                if (
                    name
                    and not is_place(name)
                    and not (labels and labels[0].start == 0 and labels[0].fields & {"buyer", "other_party", "vat_id"})
                ):
                    at_top = cell.y0 < _TOP * page.height
                    in_footer = cell.y0 > _FOOT * page.height
                    if at_top or in_footer or LEGAL_FORM.search(name):  # lower down a line of the invoice may look like it
                        found.append((name, cell, 0.9 if at_top else 0.85 if is_registered(cell.text) else 0.72))
                break
    return found
