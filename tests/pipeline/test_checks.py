"""The checks that are about all invoices, and the verification of all originals."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import RecordedFailure
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.ingestion_repository import Completed, Failed
from invoiceflow_pipeline.defs import checks as checks_of_all
from invoiceflow_pipeline.defs.assets import invoice
from invoiceflow_pipeline.work import verification
from tests.rows import accepted, added, completed, now, reading


def run_checks(
    instance: dg.DagsterInstance, system: System, chosen: Sequence[dg.AssetChecksDefinition]
) -> dg.ExecuteInProcessResult:
    """As the job of these checks does, on this system."""
    job = dg.define_asset_job("chosen", selection=dg.AssetSelection.checks(*chosen))
    resources = {"system": system, "pipeline": None}
    definitions = dg.Definitions(assets=[invoice], asset_checks=list(chosen), jobs=[job], resources=resources)
    return definitions.resolve_job_def("chosen").execute_in_process(instance=instance)


def evaluations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


def test_search_is_brought_in_step_with_the_rows_as_a_job(instance: dg.DagsterInstance, system: System) -> None:
    row = completed(system.ingestions)
    assert system.search.search(Search()).total == 0
    assert run_checks(instance, system, checks_of_all.HOURLY).success
    assert [hit["request_id"] for hit in system.search.search(Search()).hits] == [str(row.id)]


def test_the_checks_about_all_invoices_pass_when_all_is_well(instance: dg.DagsterInstance, system: System) -> None:
    for _ in range(3):
        row = accepted(system, b"RE-1")
        [claimed] = system.ingestions.claim([row.id], "run")
        system.ingestions.finish([Completed(row.id, claimed.revision, reading())], now())
    found = evaluations(run_checks(instance, system, checks_of_all.ALL))
    assert {name: evaluation.passed for name, evaluation in found.items()} == {
        "originals_intact": True,
        "few_failures": True,
        "search_matches_database": True,
        "processing_moves": True,
    }
    assert found["originals_intact"].metadata["verified"].value == 3
    assert found["search_matches_database"].metadata["written"].value == 3


def test_many_failures_in_an_hour_fail_a_check_and_a_few_do_not(instance: dg.DagsterInstance, system: System) -> None:
    def finish(failed: bool) -> None:
        [claimed] = system.ingestions.claim([added(system.ingestions).id], "run")
        broken = RecordedFailure("file.corrupted", "damaged", transient=False)
        result = (
            Failed(claimed.id, claimed.revision, broken, None) if failed else Completed(claimed.id, claimed.revision, reading())
        )
        system.ingestions.finish([result], now())

    def share() -> dg.AssetCheckEvaluation:
        return evaluations(run_checks(instance, system, [checks_of_all.few_failures]))["few_failures"]

    for _ in range(9):
        finish(failed=False)
    finish(failed=True)
    assert share().passed
    for _ in range(3):
        finish(failed=True)
    assert (share().passed, share().severity) == (False, dg.AssetCheckSeverity.WARN)
    for _ in range(9):
        finish(failed=True)
    assert (share().passed, share().severity) == (False, dg.AssetCheckSeverity.ERROR)


def test_an_altered_and_a_missing_original_fail_the_check_and_raise_an_alert_each_once(
    instance: dg.DagsterInstance, system: System
) -> None:
    intact, altered, missing = (accepted(system, name) for name in (b"intact", b"altered", b"missing"))
    system.objects.put(altered.s3_key, io.BytesIO(b"other"), size=5, sha256=hashlib.sha256(b"other").hexdigest(), metadata={})
    system.objects.delete(missing.s3_key)
    for _ in range(2):  # as a week later
        found = evaluations(run_checks(instance, system, [checks_of_all.originals_intact]))["originals_intact"]
        assert (found.passed, found.metadata["altered_or_missing"].value) == (False, 2)
        assert str(intact.id) not in str(found.metadata["named"].value)
    assert sorted(alert.title for alert in system.alerts.unsent(10)) == ["Original altered", "Original missing"]


def test_altered_originals_raise_no_alert_where_that_kind_is_switched_off(instance: dg.DagsterInstance, system: System) -> None:
    system.objects.delete(accepted(system, b"missing").s3_key)
    quiet = replace(system, settings=system.settings.model_copy(update={"alert_on": "failures"}))
    found = evaluations(run_checks(instance, quiet, [checks_of_all.originals_intact]))["originals_intact"]
    assert not found.passed
    assert system.alerts.unsent(10) == []


def test_a_verification_goes_on_where_it_was_cut_off(system: System) -> None:
    rows = [accepted(system, b"%d" % n) for n in range(5)]
    stored: list[verification.Progress] = []
    ticks = iter(range(1000))

    def verify(progress: verification.Progress, seconds: float) -> verification.Progress:
        return verification.verify_originals(
            system,
            progress,
            now=now,
            clock=lambda: float(next(ticks)),
            pause=lambda _: None,
            seconds=seconds,
            on_progress=stored.append,
        )

    half = replace(verification.Progress(), after=str(rows[2].id), verified=3)
    done = verify(verification.Progress.parse(half.text()), 100)
    assert (done.verified, done.faults, done.after) == (5, 0, str(rows[4].id))
    assert done.finished_at is not None
    assert not verification.is_due(done, now())
    assert verification.is_due(done, now() + timedelta(days=7, minutes=1))
    assert verification.is_due(half, now())
    assert verify(done, 100).verified == 5  # anew
    faulty = replace(done, faults=1)
    assert not verify(faulty, 0).is_intact  # cut off: what was found a week ago may still be there
    assert verify(faulty, 100).is_intact
    assert verify(verification.Progress(), 0).verified == 0  # no time: nothing is lost
