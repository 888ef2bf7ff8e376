"""The command line: `invoiceflow up | demo | ingest | extract | db | doctor`. Above both programs; each command a module."""
