"""How OpenSearch is reached: nodes, TLS, who we are; and its errors in the port's terms. Knows no document and no query."""

import base64
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import boto3
import orjson
from opensearchpy import JSONSerializer, OpenSearch, Urllib3AWSV4SignerAuth
from opensearchpy.exceptions import ConnectionError as NotConnected
from opensearchpy.exceptions import OpenSearchException, TransportError

from invoiceflow.ports.unavailable import Unavailable

ROLE: Final = "search"
CONNECTIONS: Final = 50
"""Kept open to one node: FastAPI's 40 threads, and some."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of OpenSearch's security plugin."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"User({self.name!r})"


@dataclass(frozen=True, slots=True)
class AwsSigning:
    """Amazon OpenSearch Service: requests signed by Signature Version 4, with credentials of the usual chain.

    `service` is `es`. Serverless collections (`aoss`) take no external versions and cannot be used.
    """

    region: str
    service: str = "es"


@dataclass(frozen=True, slots=True)
class OpenSearchLocation:
    """`urls`: nodes of one cluster. `ca_file`: who signed their certificates, where the system does not know it."""

    urls: tuple[str, ...]
    auth: User | AwsSigning | None = None
    ca_file: Path | None = None

    @classmethod
    def parse(cls, text: str, auth: User | AwsSigning | None = None, ca_file: Path | None = None) -> "OpenSearchLocation":
        """From comma-separated URLs; `https://user:password@host` names a user where none is given. Raises ValueError."""
        nodes = [urlsplit(url.strip()) for url in text.split(",")]
        for node in nodes:
            if node.scheme not in ("http", "https") or not node.hostname:
                raise ValueError("not a list of http:// or https:// URLs")  # without them: a password may stand in them
            if auth is None and node.username:
                auth = User(unquote(node.username), unquote(node.password or ""))
        urls = tuple(f"{node.scheme}://{node.netloc.rpartition('@')[2]}{node.path.rstrip('/')}" for node in nodes)
        return cls(urls, auth, ca_file)


def connect(location: OpenSearchLocation, timeout_seconds: float) -> OpenSearch:
    """A client that tries every call once: callers decide about trying again. Reaches nothing yet. Shared by threads."""
    context = None
    if any(url.startswith("https:") for url in location.urls):
        context = ssl.create_default_context(cafile=location.ca_file)
    return OpenSearch(
        hosts=[_host(url, context) for url in location.urls],
        http_auth=_Signed(location.auth) if isinstance(location.auth, AwsSigning) else None,
        headers=_user(location.auth) if isinstance(location.auth, User) else {},
        timeout=timeout_seconds,
        max_retries=len(location.urls) - 1,  # the next node, where there is one
        retry_on_status=(),
        pool_maxsize=CONNECTIONS,
        serializer=_Serializer(),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raises Unavailable for whatever OpenSearch or the way to it answers with."""
    try:
        yield
    except NotConnected as error:
        raise Unavailable(ROLE, f"OpenSearch cannot be reached: {_brief(error.info)}") from error
    except TransportError as error:
        raise Unavailable(ROLE, f"OpenSearch answered with {error.status_code}: {_brief(reason(error))}") from error
    except OpenSearchException as error:
        raise Unavailable(ROLE, _brief(error)) from error


def reason(error: TransportError) -> str:
    """OpenSearch's own words for what was wrong."""
    info: Any = error.info
    try:
        cause = info["error"]
        first = (cause.get("root_cause") or [cause])[0]
        return f"{first['type']}: {first.get('reason')}"
    except (TypeError, KeyError, AttributeError, IndexError):
        return str(error.error)


class _Serializer(JSONSerializer):
    """orjson: twice as quick, and it refuses a lone surrogate here instead of spoiling a whole bulk request there."""

    def loads(self, s: str) -> Any:
        return orjson.loads(s)

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, (str, bytes)) else orjson.dumps(data)


def _host(url: str, context: ssl.SSLContext | None) -> dict[str, Any]:
    node = urlsplit(url)
    secure = node.scheme == "https"
    return {
        "host": node.hostname,
        "port": node.port or (443 if secure else 9200),
        "url_prefix": node.path,
        "use_ssl": secure,
        "ssl_context": context if secure else None,
    }


def _user(user: User) -> dict[str, str]:
    """In UTF-8, as the security plugin reads it: the client would write Latin-1, and an umlaut be another password."""
    return {"authorization": "Basic " + base64.b64encode(f"{user.name}:{user.password}".encode()).decode()}


class _Signed:
    """Signs requests. Credentials are looked for with the first one: an instance's role has to be asked for over the net."""

    def __init__(self, signing: AwsSigning) -> None:
        self._signing = signing
        self._signer: Callable[..., dict[str, str]] | None = None

    def __call__(self, method: str, url: str, body: bytes | None) -> dict[str, str]:
        if self._signer is None:
            credentials = boto3.session.Session(region_name=self._signing.region).get_credentials()
            if credentials is None:
                raise Unavailable(ROLE, "no AWS credentials were found to sign requests to OpenSearch with")
            self._signer = Urllib3AWSV4SignerAuth(credentials, self._signing.region, self._signing.service)
        return self._signer(method, url, body)


def _brief(words: object) -> str:
    return " ".join(str(words).split())[:500]
