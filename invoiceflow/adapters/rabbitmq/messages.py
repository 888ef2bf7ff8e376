"""The queue's messages as they travel: JSON for the ids, AMQP's own properties for tracing. Speaks to nobody."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from pika import BasicProperties, DeliveryMode

from invoiceflow.ports.ingest_queue import Message

EARLIER_DELIVERIES: Final = "x-invoiceflow-deliveries"
"""How often the message was delivered before a consumer gave it back: RabbitMQ counts a copy from nought."""
TRACEPARENT: Final = "traceparent"
LONGEST: Final = 4096
MOST_DELIVERIES: Final = 1000


class ForeignMessage(Exception):
    """Somebody else's: it does not say which invoice waits. The text is its beginning."""


def encode(message: Message, earlier_deliveries: int = 0) -> tuple[bytes, BasicProperties]:
    """Body and properties of a message that survives a restart of the broker."""
    headers: dict[str, Any] = {"x-request-id": message.correlation_id}
    if message.traceparent is not None:
        headers[TRACEPARENT] = message.traceparent
    if earlier_deliveries:
        headers[EARLIER_DELIVERIES] = earlier_deliveries
    properties = BasicProperties(
        content_type="application/json",
        delivery_mode=DeliveryMode.Persistent,
        message_id=str(message.request_id),
        correlation_id=message.correlation_id,
        type="invoice.waiting",
        app_id="invoiceflow",
        headers=headers,
    )
    return orjson.dumps({"request_id": str(message.request_id), "correlation_id": message.correlation_id}), properties


def decode(body: bytes, properties: BasicProperties) -> Message:
    """Raises ForeignMessage."""
    try:
        if len(body) > LONGEST:
            raise ValueError(len(body))
        content = orjson.loads(body)
        trace = (properties.headers or {}).get(TRACEPARENT)
        return Message(UUID(content["request_id"]), str(content["correlation_id"]), trace if isinstance(trace, str) else None)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ForeignMessage(repr(body[:200])) from None


def delivery_count(properties: BasicProperties) -> int:
    """How often the message was delivered, this delivery included."""
    headers = properties.headers or {}
    # since RabbitMQ 4.3 the first counts failures only, and the second whatever brought the message back
    by_broker = max(_count(headers, "x-delivery-count"), _count(headers, "x-acquired-count"))
    return _count(headers, EARLIER_DELIVERIES) + by_broker + 1


def _count(headers: Mapping[str, Any], name: str) -> int:
    value = headers.get(name)
    return min(value, MOST_DELIVERIES) if isinstance(value, int) and value > 0 else 0
