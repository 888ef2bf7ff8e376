"""`invoiceflow db`: the schema of the database, up and down."""

from pathlib import Path

from rich.console import Console

from invoiceflow_cli import instance


def migrate(direction: str, revision: str, url: str, home: Path) -> int:
    """The exit code: 2 when no database is named."""
    from invoiceflow import migrations

    console = Console(stderr=True)
    running = instance.read(home)
    url = url or (running.database_url if running else "")
    if not url:
        console.print("Which database? Set DATABASE_URL, or start the embedded one with `invoiceflow up`.", style="red")
        return 2
    if direction == "upgrade":
        migrations.upgrade(url, revision or "head")
    elif direction == "downgrade":
        if not revision:
            console.print("Say how far with --revision (`base` removes every table).", style="red")
            return 2
        migrations.downgrade(url, revision)
    console.print(f"The schema is at {migrations.current(url) or 'nothing'} (this program knows {migrations.head()}).")
    return 0
