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
