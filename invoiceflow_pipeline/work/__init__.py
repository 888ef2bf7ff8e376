"""What happens to invoices, in plain code that knows no orchestrator."""
