"""The ids of a request go with the message that it causes."""

from collections.abc import Sequence

import pytest
from fastapi.testclient import TestClient

from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main as ingest
from samples.generate import sample_invoices

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_an_uploads_request_id_and_trace_go_with_its_message(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []

    def publish(_: PostgresQueue, messages: Sequence[Message]) -> None:
        sent.extend(messages)

    monkeypatch.setattr(PostgresQueue, "publish", publish)
    [sample] = sample_invoices(seed=3, count=1)
    with TestClient(ingest.application(settings)) as client:
        for headers in ({"X-Request-ID": "mine", "traceparent": TRACE}, {"X-Request-ID": "mine"}):
            answer = client.post("/api/v1/ingest/upload", files={"file": ("a.pdf", sample.pdf)}, headers=headers)
            assert answer.status_code == 202
    assert [(message.correlation_id, message.traceparent) for message in sent] == [("mine", TRACE), ("mine", None)]
