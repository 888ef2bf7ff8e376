"""The alert outbox in PostgreSQL: `AlertOutbox`. Sends nothing itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from invoiceflow.database import Database, storable
from invoiceflow.ports.alert_outbox import Alert, AlertOutbox, AlertSeverity

ROLE: Final = "database"


class PostgresAlerts(AlertOutbox):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, alerts: Sequence[Alert], now: datetime) -> int:
        if not alerts:
            return 0
        with self._database.statement(ROLE) as connection:
            return connection.execute(
                """INSERT INTO alerts (key, title, body, severity, url, created_at)
                   SELECT given.*, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS given
                   ON CONFLICT (key) DO NOTHING""",
                [
                    now,
                    [alert.key for alert in alerts],
                    [storable(alert.title) for alert in alerts],
                    [storable(alert.body) for alert in alerts],
                    [alert.severity.value for alert in alerts],
                    [alert.url for alert in alerts],
                ],
            ).rowcount

    def unsent(self, limit: int) -> list[Alert]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                "SELECT key, title, body, severity, url FROM alerts WHERE sent_at IS NULL ORDER BY id LIMIT %s", [limit]
            ).fetchall()
        return [Alert(key, title, body, AlertSeverity(severity), url) for key, title, body, severity, url in rows]

    def mark_sent(self, keys: Sequence[str], now: datetime) -> None:
        with self._database.statement(ROLE) as connection:
            connection.execute(
                "UPDATE alerts SET sent_at = %s, attempts = attempts + 1, last_error = NULL WHERE key = ANY(%s)",
                [now, list(keys)],
            )

    def mark_failed(self, keys: Sequence[str], reason: str, now: datetime) -> None:
        with self._database.statement(ROLE) as connection:
            connection.execute(
                "UPDATE alerts SET attempts = attempts + 1, last_error = %s WHERE key = ANY(%s) AND sent_at IS NULL",
                [storable(f"{now.isoformat()} {reason}")[:2000], list(keys)],
            )
