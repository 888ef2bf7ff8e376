"""The shared ground of InvoiceFlow: domain, ports, adapters, settings. Knows no web framework and no orchestrator."""
