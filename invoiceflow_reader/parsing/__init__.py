"""From text to values: amounts, dates, identifiers. Pure; knows neither pages nor labels."""
