"""What an operator does in Dagster's UI on a running system, over the GraphQL that the UI speaks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samples.generate import sample_invoices
from tests.processes.test_up import Running, started

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

ASSETS = [{"path": ["raw"]}, {"path": ["extracted"]}, {"path": ["indexed"]}]
BACKFILL = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess {backfillId} ... on PythonError {message}
  }
}"""
STATUS = "query ($id: String!) {partitionBackfillOrError(backfillId: $id) {... on PartitionBackfill {status}}}"
STALE = """
query ($asset: AssetKeyInput!, $key: String!) {
  assetNodeOrError(assetKey: $asset) {... on AssetNode {staleStatus(partition: $key)}}
}
"""
RUNS = "query ($job: String!) {runsOrError(filter: {pipelineName: $job}) {... on Runs {results {status}}}}"


def test_a_backfill_reads_many_invoices_again_and_status_and_search_follow(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    with started(tmp_path / "home") as running:
        accepted = [running.upload(f"{n}.pdf", s.pdf) for n, s in enumerate(sample_invoices(seed=40, count=12))]
        keys = [request_id for request_id in accepted if request_id is not None]
        assert len(keys) == 12
        wait_until(lambda: running.stats()["completed"] == 12, 60)
        before = {key: revision(running, key) for key in keys}
        chosen, left = keys[:10], keys[10:]
        wait_until(lambda: set(keys) <= running.partitions(), 60)

        launched = running.graphql(BACKFILL, {"params": {"assetSelection": ASSETS, "partitionNames": chosen}})
        backfill = launched["launchPartitionBackfill"]
        assert backfill["__typename"] == "LaunchBackfillSuccess", backfill
        wait_until(lambda: backfill_status(running, backfill["backfillId"]) == "COMPLETED_SUCCESS", 120)

        assert all(revision(running, key) > before[key] for key in chosen)
        assert all(revision(running, key) == before[key] for key in left)
        items = {item["request_id"]: item["status"] for item in running.found()}
        assert items == dict.fromkeys(keys, "COMPLETED")
        assert running.stats()["completed"] == 12
        # nothing is "unsynced": all were read by this extractor from files that do not change
        assert {stale_status(running, asset, key) for asset in ("raw", "extracted", "indexed") for key in keys} == {"FRESH"}


def test_where_no_consumer_is_kept_an_upload_starts_one_and_it_ends_again(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    none_kept = {"INVOICEFLOW_MIN_CONSUMERS": "0", "INVOICEFLOW_RUN_IDLE_SECONDS": "1"}
    with started(tmp_path / "home", none_kept) as running:
        for number, sample in enumerate(sample_invoices(seed=41, count=2), start=1):
            assert running.upload(f"{number}.pdf", sample.pdf) is not None
            wait_until(lambda done=number: running.stats()["completed"] == done, 60)
            wait_until(lambda done=number: run_states(running, "consume_job") == ["SUCCESS"] * done, 60)


def revision(running: Running, key: str) -> Any:
    return running.get(f"{running.query}/api/v1/invoices/{key}")["revision"]


def stale_status(running: Running, asset: str, key: str) -> Any:
    return running.graphql(STALE, {"asset": {"path": [asset]}, "key": key})["assetNodeOrError"]["staleStatus"]


def backfill_status(running: Running, backfill: str) -> Any:
    return running.graphql(STATUS, {"id": backfill}).get("partitionBackfillOrError", {}).get("status")


def run_states(running: Running, job: str) -> list[Any]:
    runs = running.graphql(RUNS, {"job": job}).get("runsOrError", {}).get("results", [])
    return [run["status"] for run in runs]
