"""Every environment variable of the system, in one place, with its default and its check. Picks no adapter (see bootstrap).

Names without the INVOICEFLOW_ prefix are the ones the services have always been configured by. A service that is named is
used; with INVOICEFLOW_EMBEDDED a stand-in takes the place of each that is not, without it every one must be named.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from invoiceflow import __version__

AlertKind = Literal["failures", "findings", "originals", "runs", "stalled"]
Program = Literal["ingest", "query", "pipeline", "all"]
REQUIRED_IN_PRODUCTION: Final[Mapping[Program, tuple[str, ...]]] = {
    "ingest": ("DATABASE_URL", "S3_BUCKET", "RABBITMQ_URL"),
    "query": ("DATABASE_URL", "S3_BUCKET", "RABBITMQ_URL", "OPENSEARCH_URL", "INVOICEFLOW_CURSOR_SECRET"),
    "pipeline": ("DATABASE_URL", "S3_BUCKET", "RABBITMQ_URL", "OPENSEARCH_URL"),
    "all": ("DATABASE_URL", "S3_BUCKET", "RABBITMQ_URL", "OPENSEARCH_URL", "INVOICEFLOW_CURSOR_SECRET"),
}
"""The variables that each program requires without INVOICEFLOW_EMBEDDED. No access keys: a credential chain (instance role, web
identity) may replace AWS_ACCESS_KEY_ID."""


class SettingsError(Exception):
    """The environment does not describe a system that can start. The text lists every fault, one a line."""


class Settings(BaseSettings):
    """What the environment says. Sizes and times carry their unit in the name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True)

    # where things are
    embedded: bool = Field(False, validation_alias="INVOICEFLOW_EMBEDDED")
    home: Path = Field(Path(".invoiceflow"), validation_alias="INVOICEFLOW_HOME")
    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    s3_bucket: str | None = Field(None, validation_alias="S3_BUCKET")
    aws_access_key_id: SecretStr | None = Field(None, validation_alias="AWS_ACCESS_KEY_ID")
    aws_secret_access_key: SecretStr | None = Field(None, validation_alias="AWS_SECRET_ACCESS_KEY")
    aws_session_token: SecretStr | None = Field(None, validation_alias="AWS_SESSION_TOKEN")
    aws_region: str = Field("us-east-1", validation_alias="AWS_REGION")
    s3_endpoint_url: str | None = Field(None, validation_alias="AWS_ENDPOINT_URL_S3")  # the name that AWS's own tools read
    s3_path_style: bool = Field(False, validation_alias="S3_PATH_STYLE")
    s3_encryption: Literal["AES256", "aws:kms"] | None = Field(None, validation_alias="S3_ENCRYPTION")
    s3_kms_key_id: str | None = Field(None, validation_alias="S3_KMS_KEY_ID")
    s3_download_url_seconds: int = Field(0, validation_alias="S3_DOWNLOAD_URL_SECONDS", ge=0, le=604_800)  # 0: no such URLs
    rabbitmq_url: SecretStr | None = Field(None, validation_alias="RABBITMQ_URL")  # or several, comma-separated
    rabbitmq_queue: str = Field("invoiceflow.ingest", validation_alias="RABBITMQ_QUEUE", pattern=r"^[A-Za-z0-9_.-]{1,100}$")
    rabbitmq_ca_file: Path | None = Field(None, validation_alias="RABBITMQ_CA_FILE")
    opensearch_url: SecretStr | None = Field(None, validation_alias="OPENSEARCH_URL")  # or several, comma-separated
    opensearch_username: str | None = Field(None, validation_alias="OPENSEARCH_USERNAME")
    opensearch_password: SecretStr | None = Field(None, validation_alias="OPENSEARCH_PASSWORD")
    opensearch_ca_file: Path | None = Field(None, validation_alias="OPENSEARCH_CA_FILE")
    opensearch_aws: bool = Field(False, validation_alias="OPENSEARCH_AWS")  # Amazon's service: signed requests, in AWS_REGION
    opensearch_index: str = Field("invoices", validation_alias="OPENSEARCH_INDEX", pattern=r"^[a-z][a-z0-9_-]{0,99}$")

    # the services
    service_name: str = Field("ingest-service", validation_alias="SERVICE_NAME")
    version: str = Field(__version__, validation_alias="VERSION")
    debug: bool = Field(False, validation_alias="DEBUG")
    host: str = Field("0.0.0.0", validation_alias="HOST")  # noqa: S104  the documented default; the embedded system binds loopback
    port: int = Field(8003, validation_alias="PORT", ge=1, le=65535)
    query_port: int = Field(8002, validation_alias="QUERY_PORT", ge=1, le=65535)
    dagster_port: int = Field(8004, validation_alias="DAGSTER_PORT", ge=1, le=65535)
    metrics_port: int = Field(8005, validation_alias="INVOICEFLOW_METRICS_PORT", ge=0, le=65535)  # the pipeline's; 0: none
    public_url: str | None = Field(None, validation_alias="INVOICEFLOW_PUBLIC_URL")  # https://host/invoices, at the gateway
    trusted_proxies: str = Field("", validation_alias="INVOICEFLOW_TRUSTED_PROXIES")  # addresses and networks, comma-separated
    cursor_secret: SecretStr | None = Field(None, validation_alias="INVOICEFLOW_CURSOR_SECRET")
    previous_cursor_secret: SecretStr | None = Field(None, validation_alias="INVOICEFLOW_PREVIOUS_CURSOR_SECRET")

    # uploads
    max_file_size_mb: float = Field(10, validation_alias="MAX_FILE_SIZE_MB", gt=0, le=1024)
    max_pages: int = Field(2000, validation_alias="INVOICEFLOW_MAX_PAGES", ge=1)
    upload_timeout_seconds: float = Field(30, validation_alias="UPLOAD_TIMEOUT_SECONDS", gt=0)
    max_uploads_per_client: int = Field(48, validation_alias="INVOICEFLOW_MAX_UPLOADS_PER_CLIENT", ge=1)
    max_connections_per_client: int = Field(512, validation_alias="INVOICEFLOW_MAX_CONNECTIONS_PER_CLIENT", ge=1)
    idempotency_hours: float = Field(24, validation_alias="INVOICEFLOW_IDEMPOTENCY_HOURS", gt=0)
    inspection_workers: int = Field(1, validation_alias="INVOICEFLOW_INSPECTION_WORKERS", ge=1, le=64)

    # retries of one call to a dependency
    max_retries: int = Field(3, validation_alias="MAX_RETRIES", ge=0, le=20)
    retry_delay_seconds: float = Field(1, validation_alias="RETRY_DELAY_SECONDS", ge=0)
    retry_backoff_factor: float = Field(2, validation_alias="RETRY_BACKOFF_FACTOR", ge=1)

    # the pipeline
    min_consumers: int = Field(1, validation_alias="INVOICEFLOW_MIN_CONSUMERS", ge=0, le=64)
    max_consumers: int = Field(2, validation_alias="INVOICEFLOW_MAX_CONSUMERS", ge=1, le=64)
    backlog_per_consumer: int = Field(5000, validation_alias="INVOICEFLOW_BACKLOG_PER_CONSUMER", ge=1)
    micro_batch: int = Field(100, validation_alias="INVOICEFLOW_MICRO_BATCH", ge=1, le=1000)
    run_max_invoices: int = Field(10_000, validation_alias="INVOICEFLOW_RUN_MAX_INVOICES", ge=1)
    run_max_seconds: float = Field(3600, validation_alias="INVOICEFLOW_RUN_MAX_SECONDS", gt=0)
    run_idle_seconds: float = Field(120, validation_alias="INVOICEFLOW_RUN_IDLE_SECONDS", gt=0)
    extract_workers: int = Field(0, validation_alias="INVOICEFLOW_EXTRACT_WORKERS", ge=0, le=256)  # 0: one for each core
    extract_memory_mb: int = Field(2048, validation_alias="INVOICEFLOW_EXTRACT_MEMORY_MB", ge=128)
    extract_seconds: float = Field(60, validation_alias="INVOICEFLOW_EXTRACT_SECONDS", gt=0)
    en16931_rules: bool = Field(True, validation_alias="INVOICEFLOW_EN16931_RULES")
    ocr_workers: int = Field(1, validation_alias="INVOICEFLOW_OCR_WORKERS", ge=0, le=64)  # 0: scans are not recognised
    ocr_memory_mb: int = Field(3072, validation_alias="INVOICEFLOW_OCR_MEMORY_MB", ge=1024)
    ocr_page_seconds: float = Field(30, validation_alias="INVOICEFLOW_OCR_PAGE_SECONDS", gt=0)
    ocr_max_pages: int = Field(10, validation_alias="INVOICEFLOW_OCR_MAX_PAGES", ge=1)
    stale_minutes: float = Field(10, validation_alias="INVOICEFLOW_STALE_MINUTES", gt=0)
    retention_days: float = Field(30, validation_alias="INVOICEFLOW_RETENTION_DAYS", gt=0)
    retention_keys: int = Field(50_000, validation_alias="INVOICEFLOW_RETENTION_KEYS", ge=1)
    dagster_yaml: Path | None = Field(None, validation_alias="INVOICEFLOW_DAGSTER_YAML")
    alert_urls: SecretStr | None = Field(None, validation_alias="INVOICEFLOW_ALERT_URLS")  # apprise URLs, blank-separated
    alert_on: str = Field("failures findings originals runs stalled", validation_alias="INVOICEFLOW_ALERT_ON")
    stalled_minutes: float = Field(15, validation_alias="INVOICEFLOW_STALLED_MINUTES", gt=0)

    # logs
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field("INFO", validation_alias="LOG_LEVEL")
    log_format: Literal["json", "text"] = Field("json", validation_alias="LOG_FORMAT")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)  # load() hands the environment in, so that tests and tools can hand in another

    @field_validator("public_url")
    @classmethod
    def _public_url_whole(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be like https://host/invoices: scheme, host and perhaps a path, no query")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_addresses(cls, value: str) -> str:
        for proxy in filter(None, (part.strip() for part in value.split(","))):
            ipaddress.ip_network(proxy)  # its ValueError says what is wrong with it
        return value

    @field_validator("alert_on")
    @classmethod
    def _alert_kinds_known(cls, value: str) -> str:
        if unknown := set(value.split()) - set(get_args(AlertKind)):
            raise ValueError(f"knows no {', '.join(sorted(unknown))}; choose among {' '.join(get_args(AlertKind))}")
        return value

    @property
    def alert_kinds(self) -> frozenset[str]:
        """What alerts are raised for."""
        return frozenset(self.alert_on.split())

    @property
    def query_base_url(self) -> str:
        """Where people reach the query API: links in Dagster and in alerts begin with it."""
        return self.public_url or f"http://127.0.0.1:{self.query_port}"

    @model_validator(mode="after")
    def _consumers_in_order(self) -> Self:
        if self.min_consumers > self.max_consumers:
            raise ValueError("INVOICEFLOW_MIN_CONSUMERS is larger than INVOICEFLOW_MAX_CONSUMERS")
        return self

    @model_validator(mode="after")
    def _key_whole(self) -> Self:
        if (self.aws_access_key_id is None) != (self.aws_secret_access_key is None):
            raise ValueError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together: set both, or neither")
        return self

    @property
    def public_path(self) -> str:
        """The path of INVOICEFLOW_PUBLIC_URL without a slash at its end; empty where there is none."""
        return "" if self.public_url is None else urlsplit(self.public_url).path

    @property
    def dagster_path(self) -> str:
        """The path of Dagster's UI: `/dagster` below the public URL; empty where there is none."""
        return "" if self.public_url is None else f"{self.public_path}/dagster"

    @property
    def max_file_size_bytes(self) -> int:
        """MAX_FILE_SIZE_MB in bytes."""
        return int(self.max_file_size_mb * 1024 * 1024)


def load(environment: Mapping[str, str] | None = None, program: Program = "all") -> Settings:
    """The settings of this environment (os.environ if none is given), in which nothing is missing that `program` needs.

    Raises SettingsError with every fault listed.
    """
    given = {k: v for k, v in (os.environ if environment is None else environment).items() if v != ""}
    known = {str(f.validation_alias) for f in Settings.model_fields.values()}
    faults: list[str] = []
    settings: Settings | None = None
    try:
        settings = Settings(**{k: v for k, v in given.items() if k in known})  # type: ignore[arg-type]  # strings by alias; pydantic converts them
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"]) or "settings"
            faults.append(f"{name}: {fault['msg']}")
    if given.get("INVOICEFLOW_EMBEDDED", "").lower() not in ("1", "true", "yes", "on", "y", "t"):
        missing = [name for name in REQUIRED_IN_PRODUCTION[program] if name not in given]
        faults.extend(f"{name}: is required and not set" for name in missing)
        if missing:
            faults.append("(the embedded stand-ins need none of these: `invoiceflow up` or INVOICEFLOW_EMBEDDED=true)")
    if faults or settings is None:
        raise SettingsError("The environment is not usable:\n" + "\n".join(f"  {fault}" for fault in faults))
    return settings
