"""The contract of `ObjectStore`, on the local folder."""

import hashlib
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.ports.object_store import NoSuchObject, ObjectStore
from invoiceflow.ports.unavailable import Unavailable
from tests.rows import now


@pytest.fixture
def store(tmp_path: Path) -> LocalFolderStore:
    return LocalFolderStore(tmp_path / "objects")


def put(store: ObjectStore, key: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    store.put(key, io.BytesIO(content), size=len(content), sha256=digest, metadata={"filename": "ä.pdf"})


def test_an_object_is_given_back_byte_for_byte(store: ObjectStore) -> None:
    content = os.urandom(700_000)
    put(store, "raw/a.pdf", content)
    assert store.get("raw/a.pdf") == content
    assert b"".join(store.stream("raw/a.pdf")) == content
    assert store.head("raw/a.pdf").size == len(content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(content=st.binary(max_size=300), start=st.integers(0, 320), length=st.integers(0, 320))
def test_a_part_is_given_as_a_slice_would_be(store: ObjectStore, content: bytes, start: int, length: int) -> None:
    put(store, "raw/part.pdf", content)
    assert b"".join(store.stream("raw/part.pdf", start, start + length)) == content[start : start + length]


def test_what_is_not_there_says_so_at_the_call(store: ObjectStore) -> None:
    for look in (store.get, store.stream, store.head):
        with pytest.raises(NoSuchObject):
            look("raw/none.pdf")
    store.delete("raw/none.pdf")


def test_a_put_with_another_checksum_or_size_leaves_nothing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sha256"):
        store.put("raw/a.pdf", io.BytesIO(b"other"), size=5, sha256=hashlib.sha256(b"bytes").hexdigest(), metadata={})
    with pytest.raises(ValueError, match="size"):
        store.put("raw/a.pdf", io.BytesIO(b"ab"), size=5, sha256=hashlib.sha256(b"ab").hexdigest(), metadata={})
    assert list(store.list("")) == []
    assert not list((tmp_path / "objects" / "raw").iterdir())


def test_a_second_put_replaces_and_a_delete_removes(store: ObjectStore) -> None:
    put(store, "raw/a.pdf", b"one")
    put(store, "raw/a.pdf", b"two")
    assert store.get("raw/a.pdf") == b"two"
    store.delete("raw/a.pdf")
    assert list(store.list("raw/")) == []


def test_objects_are_listed_by_the_beginning_of_their_key(store: ObjectStore) -> None:
    for key in ("raw/a1.pdf", "raw/a2.pdf", "raw/b.pdf", "other/c.pdf"):
        put(store, key, key.encode())
    assert sorted(o.key for o in store.list("raw/a")) == ["raw/a1.pdf", "raw/a2.pdf"]
    assert sorted(o.key for o in store.list("")) == ["other/c.pdf", "raw/a1.pdf", "raw/a2.pdf", "raw/b.pdf"]
    assert list(store.list("none/")) == []


@pytest.mark.parametrize("key", ["../a", "/etc/passwd", "raw/../../a", "raw//a", "", "raw/.hidden", "raw/a\0b", "a" * 600])
def test_a_key_never_leads_out_of_the_folder(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.get(key)


def test_what_an_interrupted_put_left_is_no_object_and_is_swept(store: LocalFolderStore, tmp_path: Path) -> None:
    put(store, "raw/a.pdf", b"a")
    (tmp_path / "objects" / "raw" / ".put-1-abc").write_bytes(b"half")
    assert [o.key for o in store.list("raw/")] == ["raw/a.pdf"]
    assert store.sweep(now() - timedelta(hours=1)) == 0
    assert store.sweep(now() + timedelta(seconds=1)) == 1


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = LocalFolderStore(tmp_path / "file" / "objects")
    with pytest.raises(Unavailable):
        blocked.check()
    with pytest.raises(Unavailable):
        put(blocked, "raw/a.pdf", b"a")
    LocalFolderStore(tmp_path / "fine").check()
