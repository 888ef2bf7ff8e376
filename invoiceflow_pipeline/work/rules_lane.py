"""The lane in which electronic invoices are held against the rules of EN 16931: a process of its own, begun with the first
one. It only ever adds findings: whatever happens in it, the reading stands.

SaxonC and the rules are loaded in that process only. Which rules apply is `extraction`'s.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Final

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow.sandbox import Sandbox, SandboxError, SandboxLimits

ADDRESS_SPACE: Final = 64 << 30
"""SaxonC reserves 32 GB when it starts and uses a quarter of one: the rules' process limits its data by itself."""
SECONDS: Final = 20.0
"""Of one invoice, and of compiling the rules when it is the first of its kind (under 2 s on an idle machine)."""
NOT_CHECKED: Final = Finding(
    "rules.not_checked",
    Severity.INFO,
    "The electronic invoice was not held against the rules of EN 16931: that took more time or memory than it may.",
)

Rules = Callable[[bytes], tuple[Finding, ...] | None]
"""The XML to the rules that it breaks, or None where there are none for it. Runs in the lane: a module-level function."""

logger = logging.getLogger(__name__)


def broken_rules(xml: bytes) -> tuple[Finding, ...] | None:
    """Imports the rules in the process that needs them."""
    from invoiceflow_reader.readers import en16931_rules

    return en16931_rules.broken_rules(xml)


class RulesLane:
    """One process, none before the first invoice. Safe to use from many threads."""

    def __init__(self, *, seconds: float = SECONDS, niceness: int = 0, rules: Rules = broken_rules) -> None:
        self._limits = SandboxLimits.patient(ADDRESS_SPACE, seconds, renew_after=1000, niceness=niceness)
        self._rules = rules
        self._guard = Lock()
        self._sandbox: Sandbox | None = None
        self._closed = False

    @property
    def started(self) -> bool:
        return self._sandbox is not None

    def checked(self, extraction: StoredExtraction) -> StoredExtraction:
        """The same reading with a finding for each broken rule; without attached XML exactly the same. Raises nothing."""
        if extraction.xml is None:
            return extraction
        invoice = replace(extraction.invoice, findings=(*extraction.invoice.findings, *self._findings(extraction.xml)))
        return replace(extraction, invoice=invoice, xml=None)

    def close(self) -> None:
        """Stops the process at once."""
        with self._guard:
            self._closed = True
            if self._sandbox is not None:
                self._sandbox.close()

    def _findings(self, xml: bytes) -> tuple[Finding, ...]:
        try:
            sandbox = self._opened()
            if sandbox is None:
                return (NOT_CHECKED,)
            return sandbox.submit(self._rules, xml).result() or ()
        except SandboxError as error:
            logger.warning("The rules of EN 16931 were not checked: %s", error)
        except Exception:
            logger.exception("The rules of EN 16931 were not checked by a fault of ours")
        return (NOT_CHECKED,)

    def _opened(self) -> Sandbox | None:
        with self._guard:
            if self._sandbox is None and not self._closed:
                self._sandbox = Sandbox(1, self._limits)
            return self._sandbox
