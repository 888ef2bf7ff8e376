"""S3 that answers a fifth of the calls with 500 and 503, and a data folder without room, under steady uploads."""

import pytest

from tests.faults.failing_s3 import failing_s3
from tests.faults.links import Links
from tests.faults.small_disk import full, is_small
from tests.faults.stand import Stand, wait

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(600)]


def test_an_s3_server_that_fails_every_fifth_call_loses_nothing(linked: Stand, links: Links) -> None:
    with failing_s3(linked.services.address("s3")) as failing:

        def broken() -> None:
            with links.by_way_of("s3", failing.port):
                with links.cut("s3"):  # connections that are open would go on as before
                    pass
                wait(linked.mode.broken)

        linked.endure("S3 fails a fifth", broken)
        assert failing.failed > 0


def test_a_full_data_folder_refuses_uploads_with_a_reason_and_loses_nothing(direct: Stand) -> None:
    home = direct.running.home
    if not is_small(home):
        pytest.skip("a file system to fill cannot be mounted here: that needs root")

    def broken() -> None:
        with full(home):
            wait(direct.mode.broken)

    result = direct.endure("data folder full", broken)
    assert set(result.refusals) == {"503 spool.unavailable"}
