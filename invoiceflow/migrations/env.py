"""Alembic's entry: one transaction for all steps, under an advisory lock. The steps themselves lie in `versions`."""

import os

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from invoiceflow.migrations import dialect_url

LOCK = 0x1F10  # any number, the same in every program that migrates


def run() -> None:
    url = context.config.attributes.get("database_url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("DATABASE_URL is not set: it says which database to migrate (postgresql://user:password@host:5432/db)")
    engine = create_engine(dialect_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()


run()
