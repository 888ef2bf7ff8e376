"""A letter's sender in one line, as over its window: "Company · Street 1 · 12345 City" (DIN 5008)."""

from invoiceflow_pipeline.extraction.locators.addresses import is_city_line
from invoiceflow_pipeline.extraction.locators.names import SEPARATORS, name_in
from invoiceflow_pipeline.extraction.locators.reading import Reading
from invoiceflow_pipeline.extraction.page.structure import Cell


def sender_lines(reading: Reading) -> list[tuple[str, Cell, float]]:
    """Names that open a line "Company · Street · 12345 City", in one cell or in several set closely."""
    found = []
    page = reading.pages[0]
    for row in page.rows:
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
                name = name_in(parts[0])
                cell = cells[0]
                labels = reading.labels(cell)
                if name and not (labels and labels[0].start == 0 and labels[0].fields & {"buyer", "other_party", "vat_id"}):
                    found.append((name, cell, 0.9 if cell.y0 < 0.4 * page.height else 0.72))
                break
    return found
