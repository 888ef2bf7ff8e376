"""Dagster's event log on PostgreSQL, written and pruned many entries at once. Knows no invoices.

Uses what is not public of Dagster's storage: its tables, and how it keeps its summary of an asset.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, DynamicPartitionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import DagsterPostgresException, create_pg_engine
from dagster_shared.record import replace
from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import InterfaceError, OperationalError

from invoiceflow.ports.unavailable import Unavailable

PASSED, NOT_PASSED = AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED
COMMIT_LOCK: Final = 0x696E766F696365
"""Of an advisory lock of PostgreSQL's, in Dagster's database."""
CONNECTION_SECONDS: Final = 5
"""How long one connection is kept. When the network has let all connections die without a word, the batch waits for an answer
on one of InvoiceFlow's own first; this one must not be waited for after it: together they took half a minute."""
KEYS_AT_ONCE: Final = 1000


class BatchedEventLog:
    """One connection, kept, where Dagster opens one for each call: eight for a batch. For one thread."""

    def __init__(self, storage: PostgresEventLogStorage) -> None:
        self._storage = storage
        self._engine = create_pg_engine(
            storage.postgres_url,
            storage._token_provider,  # noqa: SLF001  how it signs in has no public name
            pool_size=1,
            pool_recycle=CONNECTION_SECONDS,
            isolation_level="READ COMMITTED",
        )

    def close(self) -> None:
        self._engine.dispose()

    def store(self, partitions: str, keys: Sequence[str], entries: Sequence[dg.EventLogEntry]) -> None:
        """The entries (materialisations and check evaluations of one run) and the partition `keys`, all or nothing. Raises the
        storage's own errors.

        Known keys are passed over; one that retention removed comes back.
        """
        materialised = [each for each in entries if each.get_dagster_event().is_step_materialization]
        evaluated = [each for each in entries if not each.get_dagster_event().is_step_materialization]
        if not materialised and not evaluated:
            return
        with self._engine.begin() as connection:
            # ids in the order of commits: who reads the log by its ids would pass over one that is committed late
            connection.execute(select(func.pg_advisory_xact_lock(COMMIT_LOCK)))
            _add_keys(connection, partitions, keys)
            ids = self._insert(connection, materialised)
            by_asset = {
                each.get_dagster_event().asset_key: (each, event_id) for each, event_id in zip(materialised, ids, strict=True)
            }
            log = self._storage
            if materialised:
                log._store_asset_event_tags(connection, materialised, ids)  # noqa: SLF001  see the module
            for newest, event_id in by_asset.values():  # an asset's summary shows its last event
                log._store_asset_event(connection, newest, event_id)  # noqa: SLF001  see the module
            # Dagster counts a check only for the newest materialisation of its partition: each evaluation names it
            targeted = _with_targets(connection, evaluated)
            _replace_executions(connection, targeted, self._insert(connection, targeted))

    def _insert(self, connection: Connection, entries: Sequence[dg.EventLogEntry]) -> list[int]:
        if not entries:
            return []
        column = SqlEventLogStorageTable.c.id
        # parameters of one statement, not values in it: those are compiled anew for each number of rows, a third of the work
        statement = SqlEventLogStorageTable.insert().returning(column, sort_by_parameter_order=True)
        rows = [self._storage._event_to_row(entry) for entry in entries]  # noqa: SLF001  see the module
        return list(connection.execute(statement, rows).scalars())


def _add_keys(connection: Connection, partitions: str, keys: Sequence[str]) -> None:
    statement = postgresql.insert(DynamicPartitionsTable).on_conflict_do_nothing()
    connection.execute(statement, [{"partitions_def_name": partitions, "partition": key} for key in keys])


def _with_targets(connection: Connection, evaluated: Sequence[dg.EventLogEntry]) -> list[dg.EventLogEntry]:
    """The evaluations, each with the newest materialisation of its partition, where there is one."""
    newest = _newest_materialisations(connection, [_evaluation(entry) for entry in evaluated])
    targeted = []
    for entry in evaluated:
        event, evaluation = entry.get_dagster_event(), _evaluation(entry)
        target = newest.get((evaluation.asset_key, evaluation.partition))
        evaluation = replace(evaluation, target_materialization_data=target)
        targeted.append(entry._replace(dagster_event=event._replace(event_specific_data=evaluation)))
    return targeted


def _newest_materialisations(
    connection: Connection, evaluations: Sequence[dg.AssetCheckEvaluation]
) -> dict[tuple[dg.AssetKey, str | None], AssetCheckEvaluationTargetMaterializationData]:
    columns = SqlEventLogStorageTable.c
    found = {}
    for asset_key in {evaluation.asset_key for evaluation in evaluations}:
        partitions = [evaluation.partition for evaluation in evaluations if evaluation.asset_key == asset_key]
        newest = (
            select(func.max(columns.id))
            .where(
                columns.asset_key == asset_key.to_string(),
                columns.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value,
                columns.partition.in_(partitions),
            )
            .group_by(columns.partition)
        )
        rows = select(columns.id, columns.run_id, columns.timestamp, columns.partition).where(columns.id.in_(newest))
        for event_id, run_id, at, partition in connection.execute(rows):
            timestamp = at.replace(tzinfo=UTC).timestamp()
            found[asset_key, partition] = AssetCheckEvaluationTargetMaterializationData(
                storage_id=event_id, run_id=run_id, timestamp=timestamp
            )
    return found


def _evaluation(entry: dg.EventLogEntry) -> dg.AssetCheckEvaluation:
    return entry.get_dagster_event().asset_check_evaluation_data


def _replace_executions(connection: Connection, entries: Sequence[dg.EventLogEntry], ids: Sequence[int]) -> None:
    """Those planned, or of the same work before, go: a run has one for each partition, and the UI shows the newest."""
    rows = [_execution(entry, event_id) for entry, event_id in zip(entries, ids, strict=True)]
    executions = AssetCheckExecutionsTable.c
    for asset_key, check_name, run_id in {(row["asset_key"], row["check_name"], row["run_id"]) for row in rows}:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(
                executions.asset_key == asset_key,
                executions.check_name == check_name,
                executions.run_id == run_id,
                executions.partition.in_([row["partition"] for row in rows]),
            )
        )
    if rows:
        connection.execute(AssetCheckExecutionsTable.insert(), rows)


def _execution(entry: dg.EventLogEntry, event_id: int) -> dict[str, Any]:
    evaluation = _evaluation(entry)
    target = evaluation.target_materialization_data
    return {
        "asset_key": evaluation.asset_key.to_string(),
        "check_name": evaluation.check_name,
        "partition": evaluation.partition,
        "run_id": entry.run_id,
        "execution_status": (PASSED if evaluation.passed else NOT_PASSED).value,
        "evaluation_event": dg.serialize_value(entry),
        "evaluation_event_timestamp": datetime.fromtimestamp(entry.timestamp, UTC).replace(tzinfo=None),
        "evaluation_event_storage_id": event_id,
        "materialization_event_storage_id": target and target.storage_id,
    }


@contextmanager
def orchestrator() -> Iterator[None]:
    """Turns the errors of Dagster's storage that say "it is away" into Unavailable, so that callers wait for it."""
    try:
        yield
    except (OperationalError, InterfaceError, DagsterPostgresException) as error:
        raise Unavailable("orchestrator", " ".join(str(error).split())[:300]) from error


def delete_partition_keys(
    instance: dg.DagsterInstance, name: str, keys: Sequence[str], checks: Sequence[dg.AssetCheckKey]
) -> None:
    """Many keys in one statement, with their evaluations by `checks`. The public call takes one key and one connection at a
    time: minutes for 50,000."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        for key in keys:
            instance.delete_dynamic_partition(name, key)
        return
    columns, executions = DynamicPartitionsTable.c, AssetCheckExecutionsTable.c
    of_checks = or_(
        *(and_(executions.asset_key == check.asset_key.to_string(), executions.check_name == check.name) for check in checks)
    )
    for start in range(0, len(keys), KEYS_AT_ONCE):
        chunk = list(keys[start : start + KEYS_AT_ONCE])
        with orchestrator(), storage.index_connection() as connection:
            connection.execute(
                DynamicPartitionsTable.delete().where(columns.partitions_def_name == name, columns.partition.in_(chunk))
            )
            connection.execute(AssetCheckExecutionsTable.delete().where(of_checks, executions.partition.in_(chunk)))
