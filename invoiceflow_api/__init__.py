"""The two web programs over the same ports: ingest (8003) and query (8002). Knows no orchestrator."""
