"""The folder for temporary files: whose it is, and when it goes."""

from pathlib import Path

import pytest

from invoiceflow_api.ingest import spool


def test_folders_of_dead_processes_are_removed_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    left = tmp_path / "spool" / "uploads-dead" / "half.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    with spool.opened(tmp_path / "spool") as mine:
        in_use = mine / "in-use.pdf"
        in_use.write_bytes(b"%PDF-")
        assert not left.parent.exists()
        with spool.opened(tmp_path / "spool") as other:
            assert other != mine
            assert in_use.exists()
        assert not other.exists()
    assert not mine.exists()


def test_the_folder_is_removed_after_an_exception_as_well(tmp_path: Path) -> None:
    def work() -> None:
        with spool.opened(tmp_path) as mine:
            (mine / "a.pdf").write_bytes(b"x")
            raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        work()
    assert not list(tmp_path.rglob("*.pdf"))


@pytest.mark.parametrize("size", [0, 1, spool.IN_MEMORY, spool.IN_MEMORY + 1, 3 * spool.IN_MEMORY])
def test_a_spool_returns_what_was_written_from_memory_or_from_a_temporary_file(tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    with spool.Spool(tmp_path) as upload:
        for start in range(0, size, 100_000):
            upload.write(content[start : start + 100_000])
        whole = upload.whole()
        assert isinstance(whole, Path) == (size > spool.IN_MEMORY)
        assert (whole.read_bytes() if isinstance(whole, Path) else whole) == content
    assert not list(tmp_path.iterdir())
