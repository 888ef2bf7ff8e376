"""Settings in, the assembled system out: the only place that picks an adapter."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.adapters.postgres_alerts import PostgresAlerts
from invoiceflow.adapters.postgres_claims import PostgresUploadClaims
from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.adapters.postgres_reports import PostgresReports
from invoiceflow.adapters.postgres_search import PostgresSearch
from invoiceflow.adapters.postgres_seen_invoices import PostgresSeenInvoices
from invoiceflow.database import STATEMENT_SECONDS, Database
from invoiceflow.ports.alert_outbox import AlertOutbox
from invoiceflow.ports.ingest_queue import IngestQueue
from invoiceflow.ports.ingestion_repository import IngestionRepository
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.pipeline_reports import PipelineReports
from invoiceflow.ports.search_index import SearchIndex
from invoiceflow.ports.seen_invoices import SeenInvoices
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.ports.upload_claims import UploadClaims
from invoiceflow.settings import Settings, SettingsError

if TYPE_CHECKING:
    from invoiceflow.adapters.opensearch.index import OpenSearchIndex
    from invoiceflow.adapters.rabbitmq.queue import RabbitQueue
    from invoiceflow.adapters.s3.location import AccessKey, S3Location
from invoiceflow.adapters.s3.store import S3ObjectStore

INTERRUPTED_AFTER: Final = timedelta(hours=1)
"""A put that has not ended after this long was cut off with its process."""


@dataclass(frozen=True, slots=True)
class System:
    """Everything that stands outside, as the ports show it."""

    settings: Settings
    database: Database
    ingestions: IngestionRepository
    objects: ObjectStore
    queue: IngestQueue
    search: SearchIndex
    alerts: AlertOutbox
    seen: SeenInvoices
    claims: UploadClaims
    reports: PipelineReports


@contextmanager
def assemble(
    settings: Settings, *, application_name: str, pool_size: int, statement_seconds: float = STATEMENT_SECONDS
) -> Iterator[System]:
    """The system that `settings` describe, closed at the end. Reaches nothing yet: what is away says so when it is used.
    `statement_seconds`: how long the database may take for one statement.

    Raises SettingsError.
    """
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL is not set: `invoiceflow up` starts a database and sets it for its services")
    opensearch = None if settings.opensearch_url is None else _opensearch(settings, settings.opensearch_url)
    rabbitmq = None if settings.rabbitmq_url is None else _rabbitmq(settings, settings.rabbitmq_url)
    s3 = None if settings.s3_bucket is None else _s3(settings, settings.s3_bucket)
    database = Database(
        settings.database_url.get_secret_value(),
        application_name=application_name,
        size=pool_size,
        statement_seconds=statement_seconds,
    )
    claims = PostgresUploadClaims(database)
    try:
        yield System(
            settings=settings,
            database=database,
            ingestions=PostgresIngestions(database),
            objects=s3 or _local_folder(settings.home / "objects"),
            queue=rabbitmq or PostgresQueue(database),
            search=opensearch or PostgresSearch(database),
            alerts=PostgresAlerts(database),
            seen=PostgresSeenInvoices(database),
            claims=claims,
            reports=PostgresReports(database),
        )
    finally:
        claims.close()
        if rabbitmq is not None:
            rabbitmq.close()
        if opensearch is not None:
            opensearch.close()
        if s3 is not None:
            s3.close()
        database.close()


def _opensearch(settings: Settings, url: SecretStr) -> "OpenSearchIndex":
    # two client libraries and their 0.3 s, in every process: only where they are used
    from invoiceflow.adapters.opensearch.connection import AwsSigning, OpenSearchLocation, User
    from invoiceflow.adapters.opensearch.index import OpenSearchIndex

    auth: User | AwsSigning | None = None
    if settings.opensearch_aws:
        auth = AwsSigning(settings.aws_region)
    elif settings.opensearch_username:
        password = settings.opensearch_password
        auth = User(settings.opensearch_username, password.get_secret_value() if password else "")
    try:
        location = OpenSearchLocation.parse(url.get_secret_value(), auth, settings.opensearch_ca_file)
    except ValueError as error:
        raise SettingsError(f"OPENSEARCH_URL is {error}") from None
    return OpenSearchIndex(location, settings.opensearch_index)


def _rabbitmq(settings: Settings, url: SecretStr) -> "RabbitQueue":
    from invoiceflow.adapters.rabbitmq.location import RabbitLocation
    from invoiceflow.adapters.rabbitmq.queue import RabbitQueue
    from invoiceflow.adapters.rabbitmq.topology import Topology

    try:
        location = RabbitLocation.parse(url.get_secret_value(), settings.rabbitmq_ca_file)
    except ValueError as error:
        raise SettingsError(f"RABBITMQ_URL is {error}") from None
    return RabbitQueue(location, Topology(settings.rabbitmq_queue))


def _s3(settings: Settings, bucket: str) -> "S3ObjectStore":
    from invoiceflow.adapters.s3.store import S3ObjectStore

    location, access_key = s3_location(settings, bucket)
    return S3ObjectStore(location, access_key)


def s3_location(settings: Settings, bucket: str) -> "tuple[S3Location, AccessKey | None]":
    """Where the originals lie, and the key if one is given. Raises SettingsError."""
    from invoiceflow.adapters.s3.location import AccessKey, S3Location

    location = S3Location(
        bucket,
        settings.aws_region,
        endpoint_url=settings.s3_endpoint_url,
        path_style=settings.s3_path_style,
        encryption=settings.s3_encryption,
        kms_key_id=settings.s3_kms_key_id,
    )
    key, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    if key is None or secret is None:
        return location, None
    token = settings.aws_session_token
    return location, AccessKey(key.get_secret_value(), secret.get_secret_value(), token.get_secret_value() if token else None)


def _local_folder(root: Path) -> LocalFolderStore:
    store = LocalFolderStore(root)
    with suppress(Unavailable):  # says so when it is used
        store.sweep(datetime.now(UTC) - INTERRUPTED_AFTER)
    return store


def cursor_keys(settings: Settings) -> list[bytes]:
    """The keys that page cursors are signed with, the one in use first. Embedded: made once and kept in the home folder."""
    keys = [k.get_secret_value().encode() for k in (settings.cursor_secret, settings.previous_cursor_secret) if k is not None]
    return keys or [_kept_key(settings.home / "cursor.key")]


def _kept_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        mine = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        mine.touch(mode=0o600)
        mine.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(mine, path)  # whole or not at all: another process may make one at the same moment
        mine.unlink()
    return path.read_bytes()
