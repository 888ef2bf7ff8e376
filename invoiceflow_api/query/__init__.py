"""The query API: search, one invoice, its file, export, reprocess."""
