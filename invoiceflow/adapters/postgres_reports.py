"""The pipeline's reports in PostgreSQL: `PipelineReports`. Ages are the server's: the machines' clocks may differ."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from invoiceflow.database import Database
from invoiceflow.ports.pipeline_reports import DAEMON, PipelineReport, PipelineReports, ReceivedReport

ROLE: Final = "database"


class PostgresReports(PipelineReports):
    """One row for each source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, report: PipelineReport) -> None:
        """One upsert."""
        with self._database.statement(ROLE) as connection:
            connection.execute(
                """INSERT INTO pipeline_reports (source, reported_at, ocr_pages_waiting, stopped) VALUES (%s, now(), %s, %s)
                   ON CONFLICT (source) DO UPDATE SET reported_at = excluded.reported_at, stopped = excluded.stopped,
                       ocr_pages_waiting = excluded.ocr_pages_waiting""",
                [report.source, report.ocr_pages_waiting, list(report.stopped)],
            )

    def latest(self) -> Sequence[ReceivedReport]:
        """All rows, by source."""
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                """SELECT source, ocr_pages_waiting, stopped, greatest(now() - reported_at, interval '0')
                     FROM pipeline_reports ORDER BY source"""
            ).fetchall()
        return [ReceivedReport(PipelineReport(source, pages, tuple(stopped)), age) for source, pages, stopped, age in rows]

    def withdraw(self, source: str) -> None:
        """Removes the row."""
        with self._database.statement(ROLE) as connection:
            connection.execute("DELETE FROM pipeline_reports WHERE source = %s", [source])

    def forget(self, older_than: timedelta) -> None:
        """Removes old rows."""
        with self._database.statement(ROLE) as connection:
            connection.execute(
                "DELETE FROM pipeline_reports WHERE source <> %s AND reported_at < now() - %s", [DAEMON, older_than]
            )
