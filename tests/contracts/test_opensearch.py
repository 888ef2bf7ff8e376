"""What the OpenSearch adapter promises beyond the contract: when OpenSearch is away or busy, who we are, its indexes."""

import datetime as dt
import json
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from opensearchpy import OpenSearch

from invoiceflow import logs
from invoiceflow.adapters.opensearch import bulk
from invoiceflow.adapters.opensearch.connection import AwsSigning, OpenSearchLocation, User
from invoiceflow.adapters.opensearch.index import OpenSearchIndex
from invoiceflow.adapters.opensearch.mapping import SCHEMA_VERSION
from invoiceflow.adapters.opensearch.projection import OpenSearchProjection
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.unavailable import Unavailable
from tests.certificates import self_signed
from tests.contracts.test_search_index import document

Items = Sequence[Mapping[str, Any]]
DONE = {"status": 201}
BUSY = {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "full"}}


class FakeNode:
    """Answers a bulk request as `answer` says: (ids asked, how many requests before) -> a status, or one item for each id."""

    def __init__(self, answer: Callable[[list[str], int], int | Items], context: ssl.SSLContext | None = None) -> None:
        self.bulks: list[list[str]] = []
        self.headers: list[dict[str, str]] = []
        self.requests: list[AWSRequest] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.keep(b"")
                self.reply(200, {"invoices-v1": {"mappings": {"_meta": {"schema_version": SCHEMA_VERSION}}}})

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                self.keep(content)
                if "_bulk" not in self.path:
                    self.reply(200, {"timed_out": False, "hits": {"total": {"value": 0}, "hits": []}})
                    return
                lines = [json.loads(line) for line in content.splitlines()]
                ids = [line["index"]["_id"] for line in lines[::2]]
                said = answer(ids, len(node.bulks))
                node.bulks.append(ids)
                if isinstance(said, int):
                    self.reply(said, {"error": {"type": "rejected_execution_exception", "reason": "full"}, "status": said})
                else:
                    self.reply(200, {"errors": True, "items": [{"index": item} for item in said]})

            def keep(self, content: bytes) -> None:
                node.headers.append(dict(self.headers))
                url = f"{node.url}{self.path}"
                node.requests.append(AWSRequest(self.command, url, dict(self.headers), content))

            do_PUT = do_POST  # noqa: N815  the base class's name

            def reply(self, status: int, body: object) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


Node = Callable[..., FakeNode]


@pytest.fixture
def node() -> Iterator[Node]:
    nodes: list[FakeNode] = []

    def made(answer: Callable[[list[str], int], int | Items], context: ssl.SSLContext | None = None) -> FakeNode:
        nodes.append(FakeNode(answer, context))
        return nodes[-1]

    yield made
    for one in nodes:
        one.close()


@pytest.fixture
def at() -> Iterator[Callable[..., OpenSearchIndex]]:
    indexes: list[OpenSearchIndex] = []

    def made(url: str, auth: User | AwsSigning | None = None, ca_file: Path | None = None, **given: Any) -> OpenSearchIndex:
        indexes.append(OpenSearchIndex(OpenSearchLocation.parse(url, auth, ca_file), **given))
        return indexes[-1]

    yield made
    for one in indexes:
        one.close()


At = Callable[..., OpenSearchIndex]
DOCUMENTS = [document(number) for number in range(1, 41)]
IDS = [str(one.request_id) for one in DOCUMENTS]


def all_done(ids: list[str], _before: int) -> Items:
    return [DONE] * len(ids)


def test_a_node_that_is_away_is_unavailable_for_every_call(at: At) -> None:
    index = at("http://127.0.0.1:1")
    calls: list[Callable[[], object]] = [
        lambda: index.write(DOCUMENTS),
        lambda: index.search(Search()),
        lambda: list(index.scan(Search(), 10)),
        index.day_sums,
        lambda: list(index.revisions(dt.date(2026, 1, 1))),
        lambda: index.remove({DOCUMENTS[0].request_id: 1}),
        index.rebuild,
        index.check,
    ]
    for call in calls:
        with pytest.raises(Unavailable, match="search"):
            call()


def test_the_check_of_a_node_that_never_answers_ends_within_two_seconds(at: At) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        started = time.monotonic()
        with pytest.raises(Unavailable):
            at(f"http://127.0.0.1:{listener.getsockname()[1]}").check()
        assert time.monotonic() - started < 2


def test_a_busy_node_is_given_smaller_portions_after_a_pause_until_it_has_everything(node: Node, at: At) -> None:
    served = node(lambda ids, _before: 429 if len(ids) > 10 else [DONE] * len(ids))
    pauses: list[float] = []
    assert at(served.url, sleep=pauses.append).write(DOCUMENTS) == {}
    assert [len(ids) for ids in served.bulks] == [40, 20, 10, 10, 10, 10]
    assert [one for ids in served.bulks[2:] for one in ids] == IDS
    assert len(pauses) == 2


def test_only_the_documents_a_busy_shard_turned_away_are_sent_again(node: Node, at: At) -> None:
    served = node(lambda ids, before: [BUSY if before == 0 and n % 4 == 0 else DONE for n in range(len(ids))])
    assert at(served.url, sleep=lambda _seconds: None).write(DOCUMENTS) == {}
    assert served.bulks[0] == IDS
    assert [one for ids in served.bulks[1:] for one in ids] == IDS[::4]


def test_a_node_that_stays_busy_is_unavailable_after_a_while(node: Node, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SECONDS", 0.3)
    with pytest.raises(Unavailable, match="too much to do"):
        at(node(lambda _ids, _before: 429).url).write(DOCUMENTS)


def test_one_refused_document_is_named_and_a_newer_one_that_is_there_counts_as_done(node: Node, at: At) -> None:
    error = {"type": "mapper_parsing_exception", "reason": "failed to parse", "caused_by": {"reason": "too long"}}

    def answer(ids: list[str], _before: int) -> Items:
        return [
            {"status": 400, "error": error},
            {"status": 409, "error": {"type": "version_conflict"}},
            *[DONE] * (len(ids) - 2),
        ]

    served = node(answer)
    assert at(served.url).write(DOCUMENTS) == {UUID(IDS[0]): "mapper_parsing_exception: failed to parse (too long)"}
    assert len(served.bulks) == 1


def test_a_fault_of_the_node_with_one_document_is_unavailable_and_no_refusal(node: Node, at: At) -> None:
    fault = {"status": 500, "error": {"type": "io_exception", "reason": "disk"}}
    with pytest.raises(Unavailable, match="disk"):
        at(node(lambda ids, _before: [fault, *[DONE] * (len(ids) - 1)]).url).write(DOCUMENTS)


def test_large_documents_go_in_several_requests(node: Node, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PORTION_BYTES", 10_000)
    served = node(all_done)
    assert at(served.url).write(DOCUMENTS) == {}
    assert len(served.bulks) > 3
    assert [one for ids in served.bulks for one in ids] == IDS


@pytest.mark.parametrize("in_the_url", [True, False])
def test_a_user_is_named_to_the_node_and_its_password_to_nobody_else(node: Node, at: At, *, in_the_url: bool) -> None:
    served = node(lambda _ids, _before: 500)
    url = served.url.replace("//", "//invoices:p%40ss@") if in_the_url else served.url
    index = at(url, None if in_the_url else User("invoices", "p@ss"))
    with pytest.raises(Unavailable) as raised:
        index.write(DOCUMENTS)
    assert {headers["authorization"] for headers in served.headers} == {"Basic aW52b2ljZXM6cEBzcw=="}
    assert "p@ss" not in str(raised.value)
    assert "p@ss" not in repr(OpenSearchLocation.parse(url, User("invoices", "p@ss")))


def test_requests_to_amazons_service_are_signed_by_whoever_we_are(node: Node, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    served = node(all_done)
    assert at(served.url, AwsSigning("eu-central-1")).write(DOCUMENTS) == {}
    scope = f"AKIDEXAMPLE/{dt.datetime.now(dt.UTC):%Y%m%d}/eu-central-1/es/aws4_request"
    for headers in served.headers:
        assert headers["Authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={scope}")
        assert headers["X-Amz-Security-Token"] == "session"


def test_every_signature_is_the_one_that_aws_would_compute_from_what_arrived(
    node: Node, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By botocore, from the request as it came: its path, its query, its body."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    served = node(all_done)
    index = at(served.url, AwsSigning("eu-central-1"), name="invoices")
    assert index.write(DOCUMENTS) == {}
    index.search(Search(q='müller "a b" 50%'))
    index.check()
    index.refresh()
    assert len({(request.method, request.url) for request in served.requests}) >= 4
    credentials = Credentials("AKIDEXAMPLE", "secret", "session")
    for request in served.requests:
        said = dict(part.split("=", 1) for part in request.headers["Authorization"].split(" ", 1)[1].split(", "))
        request.context["timestamp"] = request.headers["X-Amz-Date"]
        signed = said["SignedHeaders"].split(";")
        assert {"host", "x-amz-date", "x-amz-security-token"} <= set(signed)
        for name in [name for name in request.headers if name.lower() not in signed]:
            del request.headers[name]
        auth = SigV4Auth(credentials, "es", "eu-central-1")
        expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        assert said["Signature"] == expected, (request.method, request.url)


def test_without_aws_credentials_it_says_so(node: Node, at: At, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(Unavailable, match="no AWS credentials"):
        at(node(all_done).url, AwsSigning("eu-central-1")).write(DOCUMENTS)


def test_a_certificate_is_taken_from_the_authority_we_name_and_from_no_other(node: Node, at: At, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    served = node(all_done, context)
    assert at(served.url, ca_file=certificate).write(DOCUMENTS) == {}
    with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
        at(served.url).write(DOCUMENTS)


@pytest.mark.parametrize("text", ["", "search:9200", "ftp://search", "https://a,https://", "https://user:secret@"])
def test_what_is_no_list_of_urls_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="http") as raised:
        OpenSearchLocation.parse(text)
    assert "secret" not in str(raised.value)


def test_several_nodes_stand_in_for_each_other(node: Node, at: At) -> None:
    served = node(all_done)
    index = at(f"http://127.0.0.1:1,{served.url}")
    for _ in range(4):
        assert index.write(DOCUMENTS) == {}
    assert len(served.bulks) == 4


@pytest.mark.services
def test_many_that_come_first_make_one_index(opensearch_url: str, at: At) -> None:
    name = f"test-{uuid4().hex}"
    indexes = [at(opensearch_url, name=name) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda pair: pair[0].write([pair[1]]), zip(indexes, DOCUMENTS, strict=False))) == [{}] * 8
    indexes[0].refresh()
    client = OpenSearch(opensearch_url)
    assert list(client.indices.get(index=f"{name}*")) == [f"{name}-v1"]
    assert indexes[0].search(Search()).total == 8
    client.indices.delete(index=f"{name}-v1")
    client.close()


@pytest.mark.services
def test_an_index_that_was_removed_comes_back_with_its_fields_and_never_by_chance(
    opensearch_url: str, opensearch_index: OpenSearchIndex
) -> None:
    opensearch_index.write(DOCUMENTS)
    client = OpenSearch(opensearch_url)
    [name] = client.indices.get_alias(name=opensearch_index.name)
    client.indices.delete(index=name)
    opensearch_index.write(DOCUMENTS[:3])
    assert opensearch_index.search(Search(q="müller")).total == 3
    assert client.indices.get_mapping(index=name)[name]["mappings"]["dynamic"] == "strict"
    client.close()


@pytest.mark.services
def test_a_write_to_an_index_that_is_gone_makes_none(opensearch_url: str) -> None:
    name = f"test-{uuid4().hex}"
    client = OpenSearch(opensearch_url)
    with pytest.raises(Unavailable, match="being changed"):
        OpenSearchProjection(client, name, lambda: [f"{name}-v1.write"]).write(DOCUMENTS)
    assert client.indices.get(index=f"{name}*") == {}
    client.close()


@pytest.mark.services
def test_writing_goes_on_while_an_index_takes_the_place_of_another(opensearch_index: OpenSearchIndex) -> None:
    opensearch_index.write(DOCUMENTS[:1])
    stop = threading.Event()
    failures: list[object] = []

    def write() -> None:
        while not stop.is_set():
            failures.extend(opensearch_index.write(DOCUMENTS).items())

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        for _ in range(3):
            opensearch_index.rebuild().go_live()
        stop.set()
        for writer in writers:
            writer.result()
    opensearch_index.write(DOCUMENTS)
    assert (failures, opensearch_index.search(Search()).total) == ([], len(DOCUMENTS))


@pytest.mark.services
def test_a_half_built_index_with_other_fields_is_thrown_away(opensearch_url: str, opensearch_index: OpenSearchIndex) -> None:
    opensearch_index.write(DOCUMENTS)
    opensearch_index.rebuild().write(DOCUMENTS)
    client = OpenSearch(opensearch_url)
    name = opensearch_index.name
    client.indices.put_mapping(index=f"{name}-v2", body={"_meta": {"schema_version": 0}})
    beside = opensearch_index.rebuild()
    assert beside.day_sums() == {}
    beside.write(DOCUMENTS[:5])
    beside.go_live()
    assert list(client.indices.get(index=f"{name}-v*")) == [f"{name}-v3"]
    opensearch_index.refresh()
    assert opensearch_index.search(Search()).total == 5
    client.close()


@pytest.mark.services
def test_an_index_with_the_fields_of_another_version_is_not_spoiled_but_built_anew(
    opensearch_url: str, opensearch_index: OpenSearchIndex
) -> None:
    opensearch_index.write(DOCUMENTS)
    client = OpenSearch(opensearch_url)
    client.indices.put_mapping(index=f"{opensearch_index.name}-v1", body={"_meta": {"schema_version": 0}})
    with pytest.raises(Unavailable, match="invoiceflow reindex"):
        opensearch_index.write(DOCUMENTS)
    assert opensearch_index.search(Search()).total == len(DOCUMENTS)
    beside = opensearch_index.rebuild()
    opensearch_index.write(DOCUMENTS[:2])
    assert sum(found.documents for found in beside.day_sums().values()) == 2
    beside.go_live()
    assert opensearch_index.search(Search()).total == 2
    client.close()


def test_the_client_logs_no_request_and_no_document(node: Node, at: At, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logs.configure("tests", "DEBUG", "json", sys.stderr)
        at(node(all_done).url).write(DOCUMENTS)
        assert "Müller" not in capsys.readouterr().err
    finally:
        root.handlers[:], root.level = handlers, level
