"""What a sample is. How samples are made is `generate`."""

from dataclasses import dataclass
from typing import Literal

from invoiceflow.domain.invoice import Invoice

Kind = Literal["e-invoice", "plain", "scan"]
Xml = Literal["factur-x", "xrechnung", "zugferd1", "ubl"]


@dataclass(frozen=True)
class Sample:
    """`name` is a file name without its ending; `truth` is what a perfect reader would give for `pdf`."""

    name: str
    pdf: bytes
    truth: Invoice
    layout: str
    language: str
    kind: Kind
