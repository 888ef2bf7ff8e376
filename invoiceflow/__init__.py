"""The shared ground of InvoiceFlow: domain, ports, adapters, settings. Knows no web framework and no orchestrator."""

__version__ = "1.0.0"
"""The version of the whole system, and the only place that says it: package, APIs, logs, metrics and CLI read it here."""
