"""A data folder without room, under steady uploads."""

import pytest

from tests.faults.small_disk import full, is_small
from tests.faults.stand import Stand, wait

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(600)]


def test_a_full_data_folder_loses_nothing_and_what_it_refuses_has_its_reason(direct: Stand) -> None:
    home = direct.running.home
    if not is_small(home):
        pytest.skip("a file system to fill cannot be mounted here: that needs root")

    def broken() -> None:
        with full(home):
            wait(direct.mode.broken)

    result = direct.endure("data folder full", broken)
    assert set(result.refusals) <= {"503 spool.unavailable"}  # small uploads stay in memory, and go on being accepted
