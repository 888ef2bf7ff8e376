"""`python -m invoiceflow_api.query`: the query API on HOST and QUERY_PORT, with the server's limits."""

from invoiceflow_api import server
from invoiceflow_api.query.main import create

if __name__ == "__main__":
    server.main("query", create, lambda settings: settings.query_port)
