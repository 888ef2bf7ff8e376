"""`invoiceflow db`: the schema of the database, up and down."""

from pathlib import Path

from invoiceflow_cli import instance
from invoiceflow_cli.terminal import FAILED, OK, USAGE, print_json, report_error, report_note


def migrate(direction: str, revision: str, url: str, home: Path, *, as_json: bool) -> int:
    """The exit code: 2 when no database is named or the revision is unknown, 1 when the database cannot be reached."""
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    running = instance.read(home)
    url = url or (running.database_url if running else "")
    if not url:
        report_error("Which database? Set DATABASE_URL, or start the embedded one with `invoiceflow up`.")
        return USAGE
    if direction == "downgrade" and not revision:
        report_error("Say how far with --revision (`base` removes every table).")
        return USAGE
    try:
        _migrate(direction, revision, url, as_json=as_json)
    except CommandError as error:
        report_error(f"{str(error).rstrip('.')}. `invoiceflow db current` shows where the schema is.")
        return USAGE
    except SQLAlchemyError as error:
        words = " ".join(str(getattr(error, "orig", None) or error).split())
        report_error(f"The database cannot be migrated: {words}")
        return FAILED
    return OK


def _migrate(direction: str, revision: str, url: str, *, as_json: bool) -> None:
    from invoiceflow import migrations

    if direction == "upgrade":
        migrations.upgrade(url, revision or "head")
    elif direction == "downgrade":
        migrations.downgrade(url, revision)
    current, head = migrations.current(url), migrations.head()
    if as_json:
        print_json({"revision": current, "newest": head})
    else:
        report_note(f"The schema is at {current or 'nothing'} (this program knows {head}).")
