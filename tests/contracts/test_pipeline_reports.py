"""The contract of `PipelineReports`, on PostgreSQL."""

from datetime import timedelta

import psycopg
import pytest

from invoiceflow.adapters.postgres_reports import PostgresReports
from invoiceflow.database import Database
from invoiceflow.ports.pipeline_reports import DAEMON, PipelineReport, PipelineReports
from invoiceflow.ports.unavailable import Unavailable


@pytest.fixture
def reports(database: Database) -> PipelineReports:
    return PostgresReports(database)


def test_the_latest_report_of_each_source_is_kept_with_its_age(reports: PipelineReports) -> None:
    reports.report(PipelineReport("run", ocr_pages_waiting=3))
    reports.report(PipelineReport("run", ocr_pages_waiting=1))
    reports.report(PipelineReport(DAEMON, stopped=("alerts", "sweeper")))
    assert [one.report for one in reports.latest()] == [
        PipelineReport(DAEMON, stopped=("alerts", "sweeper")),
        PipelineReport("run", ocr_pages_waiting=1),
    ]
    assert all(timedelta() <= one.age < timedelta(minutes=1) for one in reports.latest())


def test_old_reports_are_forgotten_but_the_daemons_silence_is_kept(reports: PipelineReports, database_url: str) -> None:
    for source in (DAEMON, "killed", "alive"):
        reports.report(PipelineReport(source))
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE pipeline_reports SET reported_at = now() - interval '2 hours' WHERE source <> 'alive'")
    reports.forget(timedelta(hours=1))
    assert [one.report.source for one in reports.latest()] == ["alive", DAEMON]
    reports.withdraw("alive")
    reports.withdraw("never there")
    assert [one.report.source for one in reports.latest()] == [DAEMON]


def test_a_database_that_is_unavailable_is_told() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", application_name="tests", size=1, wait=0.2)
    reports = PostgresReports(database)
    with pytest.raises(Unavailable):
        reports.report(PipelineReport("run"))
    with pytest.raises(Unavailable):
        reports.latest()
    database.close()
