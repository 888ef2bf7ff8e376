"""Samples made once for all tests of this folder."""

import pytest

from samples.generate import Sample, demo_samples, sample_invoices


@pytest.fixture(scope="session")
def drawn() -> list[Sample]:
    return list(sample_invoices(seed=11, count=150))


@pytest.fixture(scope="session")
def demo() -> list[Sample]:
    return demo_samples()
