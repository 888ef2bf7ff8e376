"""`python -m invoiceflow_api.ingest`: the ingest API on HOST and PORT, with the server's limits."""

from invoiceflow_api import server
from invoiceflow_api.ingest.main import create

if __name__ == "__main__":
    server.main("ingest", create, lambda settings: settings.port)
