"""The sandbox and the processor of the pipeline's tests."""

from collections.abc import Iterator

import dagster as dg
import pytest

from invoiceflow.bootstrap import System
from invoiceflow.sandbox import Sandbox, SandboxLimits
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work.processing import Processor
from tests.pipeline.working import make


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(2, SandboxLimits(memory_bytes=1 << 31, wall_seconds=8.0))
    yield sandbox
    sandbox.close()


@pytest.fixture
def processor(system: System, sandbox: Sandbox) -> Iterator[Processor]:
    processor = make(system, sandbox)
    yield processor
    processor.close()


@pytest.fixture
def pipeline(system: System, sandbox: Sandbox) -> Iterator[Pipeline]:
    processor = make(system, sandbox)
    yield Pipeline(system, processor)
    processor.close()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
