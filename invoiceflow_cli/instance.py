"""Where a running system answers: written by `up` into its home, read by the other commands."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "instance.json"


@dataclass(frozen=True)
class InstanceFacts:
    """`ready`: the whole path works, an upload will be searchable. Holds a database password: mode 0600."""

    pid: int
    ingest_url: str
    query_url: str
    dagster_url: str
    database_url: str
    ready: bool
    embedded: bool = True
    dagster_database_url: str = ""


def write(home: Path, facts: InstanceFacts) -> None:
    new = home / f".{NAME}.new"
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(facts), indent=2))
    new.replace(home / NAME)


def read(home: Path) -> InstanceFacts | None:
    """The system that runs in `home`, or None when none does."""
    try:
        facts = InstanceFacts(**json.loads((home / NAME).read_text()))
        os.kill(facts.pid, 0)
    except (FileNotFoundError, ProcessLookupError, ValueError, TypeError):
        return None
    return facts


def environment(home: Path) -> dict[str, str]:
    """The environment of a command that works on the system in `home`; ours alone when none runs there.

    Services that are named (RABBITMQ_URL, S3_BUCKET, …) are known from our own environment only: keys are not written down.
    """
    facts = read(home)
    if facts is None:
        return dict(os.environ)
    return {
        **os.environ,
        "INVOICEFLOW_EMBEDDED": str(facts.embedded).lower(),
        "DATABASE_URL": facts.database_url,
        "INVOICEFLOW_HOME": str(home.absolute()),
    }


def remove(home: Path) -> None:
    (home / NAME).unlink(missing_ok=True)
