"""PDF bytes in, an invoice with evidence out. No orchestrator, no network, no database. The way in is `extract.extract`."""
