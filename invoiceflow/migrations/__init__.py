"""The database's schema, step by step (alembic). `upgrade` and `downgrade` are the ways in for programs."""

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool


def upgrade(database_url: str, revision: str = "head") -> None:
    """Brings the schema to `revision`. Two programs that start at once wait for one another (an advisory lock)."""
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Takes the schema back to `revision` (`base`: nothing). What only newer columns held is lost."""
    command.downgrade(_config(database_url), revision)


def current(database_url: str) -> str | None:
    """The revision the database is at; None when it has no schema yet."""
    engine = create_engine(dialect_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision this program knows."""
    return ScriptDirectory.from_config(_config("postgresql://")).get_current_head()


def dialect_url(database_url: str) -> str:
    """The URL with SQLAlchemy's name of the psycopg 3 driver in its scheme."""
    _, separator, rest = database_url.partition("://")
    return f"postgresql+psycopg{separator}{rest}"


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files(__name__)))
    config.attributes["database_url"] = database_url
    return config
