"""The folder for temporary files: whose it is, and when it goes."""

from pathlib import Path

import pytest

from invoiceflow_api.ingest import spool


def test_what_a_dead_process_left_goes_and_what_a_living_one_uses_stays(tmp_path: Path) -> None:
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


def test_the_folder_goes_also_after_a_fault(tmp_path: Path) -> None:
    def work() -> None:
        with spool.opened(tmp_path) as mine:
            (mine / "a.pdf").write_bytes(b"x")
            raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        work()
    assert not list(tmp_path.rglob("*.pdf"))


@pytest.mark.parametrize("size", [0, 1, spool.IN_MEMORY, spool.IN_MEMORY + 1, 3 * spool.IN_MEMORY])
def test_what_was_written_is_there_whole_in_memory_or_in_a_file_that_goes(tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    with spool.Spool(tmp_path) as upload:
        for start in range(0, size, 100_000):
            upload.write(content[start : start + 100_000])
        whole = upload.whole()
        assert isinstance(whole, Path) == (size > spool.IN_MEMORY)
        assert (whole.read_bytes() if isinstance(whole, Path) else whole) == content
    assert not list(tmp_path.iterdir())
