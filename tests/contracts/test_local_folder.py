"""What the local folder promises beyond the contract of `ObjectStore`: files let go of, full disks, interrupted puts."""

import hashlib
import io
import resource
import signal
from collections.abc import Generator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.unavailable import Unavailable
from tests.contracts.test_object_store import put
from tests.rows import now


@pytest.fixture
def store(tmp_path: Path) -> LocalFolderStore:
    return LocalFolderStore(tmp_path / "objects")


def test_a_stream_that_is_given_up_lets_go_of_its_file(store: ObjectStore) -> None:
    put(store, "raw/a.pdf", b"a" * 1_000_000)
    for taken in (0, 1):
        before = len(list(Path("/proc/self/fd").iterdir()))
        stream = store.stream("raw/a.pdf")
        assert len(list(islice(stream, taken))) == taken
        assert isinstance(stream, Generator)
        stream.close()
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_full_disk_says_so_and_leaves_nothing(store: ObjectStore) -> None:
    full = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, full[1]))
    try:
        with pytest.raises(Unavailable, match="object_store"):
            put(store, "raw/a.pdf", b"a" * 500_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, full)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(store.list("")) == []


def test_what_an_interrupted_put_left_is_no_object_and_is_swept(store: LocalFolderStore, tmp_path: Path) -> None:
    put(store, "raw/a.pdf", b"a")
    (tmp_path / "objects" / ".unfinished" / "1-abc").write_bytes(b"half")
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


def test_a_put_with_another_checksum_leaves_no_file(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sha256"):
        store.put("raw/a.pdf", io.BytesIO(b"other"), size=5, sha256=hashlib.sha256(b"bytes").hexdigest(), metadata={})
    assert not [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
