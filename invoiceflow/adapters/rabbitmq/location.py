"""Where RabbitMQ is and how it is spoken to: nodes, user, TLS, time limits. Opens no connection."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pika import ConnectionParameters, PlainCredentials, SSLOptions

CONNECT_SECONDS: Final = 1.5
"""For TCP, TLS and the protocol's greeting together: a health check must be done within two seconds."""
HEARTBEAT_SECONDS: Final = 10
"""After twice as long without a sign of life either side gives the connection up."""


@dataclass(frozen=True, slots=True, repr=False)
class RabbitNode:
    """One node of the cluster, as its URL says. Its text holds no password."""

    host: str
    port: int
    virtual_host: str
    user: str
    password: str
    tls: bool

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"RabbitNode({self.user!r} at {self})"


@dataclass(frozen=True, slots=True)
class RabbitLocation:
    """`nodes` of one cluster, tried in turn. `ca_file`: who signed their certificates, where the system does not know it."""

    nodes: tuple[RabbitNode, ...]
    ca_file: Path | None = None

    @classmethod
    def parse(cls, text: str, ca_file: Path | None = None) -> "RabbitLocation":
        """From comma-separated `amqp://` or `amqps://user:password@host:port/virtual-host`. Raises ValueError."""
        return cls(tuple(_node(url.strip()) for url in text.split(",")), ca_file)

    def parameters(self, node: RabbitNode, purpose: str) -> ConnectionParameters:
        """Raises OSError, ssl.SSLError when the certificates of `ca_file` cannot be read."""
        options = None
        if node.tls:
            options = SSLOptions(ssl.create_default_context(cafile=self.ca_file), node.host)
        return ConnectionParameters(
            host=node.host,
            port=node.port,
            virtual_host=node.virtual_host,
            credentials=PlainCredentials(node.user, node.password),
            ssl_options=options,
            heartbeat=HEARTBEAT_SECONDS,
            connection_attempts=1,
            socket_timeout=CONNECT_SECONDS,
            stack_timeout=CONNECT_SECONDS,
            client_properties={"connection_name": f"invoiceflow {purpose}"},
        )


def _node(url: str) -> RabbitNode:
    parts = urlsplit(url)
    if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
        raise ValueError("not a list of amqp:// or amqps:// URLs")  # without them: a password may stand in them
    if parts.query or parts.fragment:
        raise ValueError("a URL with options behind `?`, and none is understood")
    tls = parts.scheme == "amqps"
    return RabbitNode(
        host=parts.hostname,
        port=parts.port or (5671 if tls else 5672),
        # amqp://host/ and amqp://host both mean the virtual host "/", which is what everybody writes them for
        virtual_host=unquote(parts.path[1:]) or "/",
        user=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        tls=tls,
    )
