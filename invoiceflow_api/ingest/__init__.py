"""The ingest API: upload, status, stats, health."""
