"""A real OpenSearch as production has it, behind TLS and a user's password: a proxy of the test's own stands for both."""

import base64
import http.client
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from invoiceflow.adapters.opensearch.connection import OpenSearchLocation, User
from invoiceflow.adapters.opensearch.index import OpenSearchIndex
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.unavailable import Unavailable
from tests.certificates import self_signed
from tests.contracts.test_search_index import document

pytestmark = pytest.mark.services
EXPECTED = "Basic " + base64.b64encode("invoices:pässword".encode()).decode()


@pytest.fixture
def secured(opensearch_url: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The proxy's URL and the certificate that it shows."""
    node = urlsplit(opensearch_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers["Authorization"] != EXPECTED:
                self.answer(401, "text/plain", b"Unauthorized")
                return
            there = http.client.HTTPConnection(node.hostname or "", node.port, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept")}
            there.request(self.command, self.path, content, headers)
            answer = there.getresponse()
            self.answer(answer.status, answer.headers["Content-Type"] or "", answer.read())
            there.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on  # noqa: N815  the base class's names

        def answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}", certificate
    server.shutdown()
    server.server_close()


def test_invoices_are_written_found_and_built_anew_over_tls_by_who_has_the_password(secured: tuple[str, Path]) -> None:
    url, certificate = secured
    index = OpenSearchIndex(
        OpenSearchLocation.parse(url, User("invoices", "pässword"), certificate), name=f"test-{uuid4().hex}"
    )
    documents = [document(number) for number in range(1, 6)]
    assert index.write(documents) == {}
    index.refresh()
    index.check()
    assert index.search(Search(q="müller")).total == 5
    beside = index.rebuild()
    beside.write(documents[:2])
    beside.go_live()
    index.refresh()
    assert index.search(Search()).total == 2
    index._client.indices.delete(index=f"{index.name}-v*")
    index.close()


def test_who_has_another_password_is_told_so_and_the_password_to_nobody(secured: tuple[str, Path]) -> None:
    url, certificate = secured
    index = OpenSearchIndex(OpenSearchLocation.parse(url, User("invoices", "guessed"), certificate))
    with pytest.raises(Unavailable, match="401") as raised:
        index.check()
    assert "guessed" not in str(raised.value)
    index.close()
