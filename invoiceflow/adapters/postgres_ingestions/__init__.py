"""The rows in PostgreSQL: `IngestionRepository`. Knows nothing of queues, objects or search."""

from invoiceflow.adapters.postgres_ingestions.changes import Changes
from invoiceflow.adapters.postgres_ingestions.lookups import Lookups
from invoiceflow.adapters.postgres_ingestions.processing import Processing
from invoiceflow.adapters.postgres_ingestions.rows import ROLE
from invoiceflow.adapters.postgres_ingestions.schedules import Schedules
from invoiceflow.adapters.postgres_ingestions.uploads import Uploads
from invoiceflow.ports.ingestion_repository import IngestionRepository


class PostgresIngestions(Uploads, Processing, Lookups, Schedules, Changes, IngestionRepository):
    """All parts on one database."""

    def check(self) -> None:
        """Returns when the database answers; else raises Unavailable."""
        self._database.check(ROLE)
