"""The environment: checked at start, with every fault in one message."""

import pytest

import invoiceflow
from invoiceflow.settings import REQUIRED_IN_PRODUCTION, Program, SettingsError, load


@pytest.mark.parametrize("program", REQUIRED_IN_PRODUCTION)
def test_every_missing_variable_is_named_at_once_and_no_other(program: Program) -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, program)
    named = [line.split(":")[0].strip() for line in str(caught.value).splitlines() if "is required" in line]
    assert named == list(REQUIRED_IN_PRODUCTION[program])


def test_the_ingest_api_starts_with_the_documented_three_variables() -> None:
    quick_start = {
        "DATABASE_URL": "postgresql://postgres:password@localhost:5432/invoiceflow_dev",
        "S3_BUCKET": "invoiceflow-raw-invoices",
        "RABBITMQ_URL": "amqp://guest:guest@localhost:5672/",
    }
    settings = load(quick_start, "ingest")
    assert (settings.aws_region, settings.version) == ("us-east-1", invoiceflow.__version__)
    with pytest.raises(SettingsError, match="INVOICEFLOW_CURSOR_SECRET"):
        load(quick_start, "query")


@pytest.mark.parametrize(
    ("given", "kept", "path"),
    [
        ("https://host/invoices/", "https://host/invoices", "/invoices"),
        ("http://host:8080", "http://host:8080", ""),
        ("http://host/a/b", "http://host/a/b", "/a/b"),
    ],
)
def test_the_public_url_gives_the_prefix(given: str, kept: str, path: str) -> None:
    settings = load({"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_PUBLIC_URL": given})
    assert (settings.public_url, settings.public_path, settings.dagster_path) == (kept, path, f"{path}/dagster")


@pytest.mark.parametrize("given", ["host/invoices", "ftp://host", "https://", "https://host/?a=b"])
def test_what_is_no_public_url_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match="INVOICEFLOW_PUBLIC_URL"):
        load({"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_PUBLIC_URL": given})


def test_trusted_proxies_are_addresses_and_networks() -> None:
    assert load({"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies
    with pytest.raises(SettingsError, match=r"INVOICEFLOW_TRUSTED_PROXIES.*gateway"):
        load({"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_TRUSTED_PROXIES": "gateway"})


def test_wrong_values_are_named_with_the_missing_ones() -> None:
    with pytest.raises(SettingsError, match="PORT") as caught:
        load({"PORT": "many", "LOG_LEVEL": "LOUD"})
    assert "LOG_LEVEL" in str(caught.value)


def test_embedded_needs_nothing_and_has_the_documented_defaults() -> None:
    settings = load({"INVOICEFLOW_EMBEDDED": "true", "PORT": ""})
    assert (settings.port, settings.max_file_size_mb, settings.max_retries, settings.log_format) == (8003, 10, 3, "json")
    assert settings.max_file_size_bytes == 10 * 1024 * 1024


def test_more_consumers_at_least_than_at_most_is_a_fault() -> None:
    with pytest.raises(SettingsError, match="INVOICEFLOW_MIN_CONSUMERS"):
        load({"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_MIN_CONSUMERS": "5"})


def test_secrets_do_not_show() -> None:
    assert "hunter2" not in repr(load({"INVOICEFLOW_EMBEDDED": "true", "DATABASE_URL": "postgresql://u:hunter2@h/d"}))
