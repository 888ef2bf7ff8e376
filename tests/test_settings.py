"""The environment: checked at start, with every fault in one message."""

import pytest

from invoiceflow.settings import REQUIRED_IN_PRODUCTION, SettingsError, load


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({})
    for name in REQUIRED_IN_PRODUCTION:
        assert f"{name}: is required" in str(caught.value)


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
