"""The search index on OpenSearch. `index` is the adapter; beside it the mapping, the queries, bulk writing, the connection."""
