"""The connections to the services, each through a proxy of toxiproxy, and the ways in which they are broken."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tests.faults.own_services import NAMES, Name, OwnServices

STREAMS: Final = ("upstream", "downstream")
HELD_BACK_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Links:
    """`api` is toxiproxy's; `ports` are where the services are reached through it."""

    api: str
    ports: Mapping[Name, int]

    @classmethod
    def of(cls, api: str, services: OwnServices) -> "Links":
        ports: dict[Name, int] = {}
        for name in NAMES:
            host, port = services.address(name)
            made = _asked("POST", f"{api}/proxies", {"name": name, "listen": "127.0.0.1:0", "upstream": f"{host}:{port}"})
            ports[name] = int(made["listen"].rpartition(":")[2])
        return cls(api, ports)

    def through(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The same services, reached through the proxies."""
        changed = dict(environment)
        for name, variable in (
            ("postgresql", "DATABASE_URL"),
            ("rabbitmq", "RABBITMQ_URL"),
            ("opensearch", "OPENSEARCH_URL"),
            ("s3", "AWS_ENDPOINT_URL_S3"),
        ):
            parts = urlsplit(changed[variable])
            user, at, _ = parts.netloc.rpartition("@")
            changed[variable] = parts._replace(netloc=f"{user}{at}127.0.0.1:{self.ports[name]}").geturl()  # type: ignore[index]  # the names of NAMES
        return changed

    @contextmanager
    def cut(self, name: Name) -> Iterator[None]:
        """Every connection ends, and new ones are refused."""
        _asked("POST", f"{self.api}/proxies/{name}", {"enabled": False})
        try:
            yield
        finally:
            _asked("POST", f"{self.api}/proxies/{name}", {"enabled": True})

    def delayed(self, name: Name) -> "_Toxic":
        """What the service answers comes two seconds later."""
        return _Toxic(self.api, name, "latency", {"latency": 2000}, ("downstream",))

    def stalled(self, name: Name) -> "_Toxic":
        """Of every message that is sent, half or less arrives, both ways; the connections stay open. The rest goes on when it
        is over."""
        return _Toxic(self.api, name, "slicer", {"average_size": 24, "size_variation": 0, "delay": HELD_BACK_US}, STREAMS)

    @contextmanager
    def by_way_of(self, name: Name, port: int) -> Iterator[None]:
        """The service is reached through what listens on `port` of this machine."""
        before = _asked("GET", f"{self.api}/proxies/{name}")["upstream"]
        _asked("POST", f"{self.api}/proxies/{name}", {"upstream": f"127.0.0.1:{port}"})
        try:
            yield
        finally:
            _asked("POST", f"{self.api}/proxies/{name}", {"upstream": before})


class _Toxic:
    def __init__(self, api: str, name: Name, kind: str, attributes: Mapping[str, int], streams: tuple[str, ...]) -> None:
        self._toxics = f"{api}/proxies/{name}/toxics"
        self._kind, self._attributes, self._streams = kind, attributes, streams

    def __enter__(self) -> None:
        for stream in self._streams:
            toxic = {"name": stream, "type": self._kind, "stream": stream, "attributes": dict(self._attributes)}
            _asked("POST", self._toxics, toxic)

    def __exit__(self, *_: object) -> None:
        for stream in self._streams:
            _asked("DELETE", f"{self._toxics}/{stream}")


def _asked(method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
    answer = httpx.request(method, url, json=body, timeout=30)
    answer.raise_for_status()
    return answer.json() if answer.content else None
