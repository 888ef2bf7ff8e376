"""`python -m invoiceflow_cli`."""

from invoiceflow_cli.main import app

if __name__ == "__main__":
    app(prog_name="invoiceflow")
