"""kill -9 of a service under steady uploads; it comes back on its data after a while."""

import pytest

from tests.faults.own_services import Name
from tests.faults.stand import Stand, wait

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(600)]


def killed(stand: Stand, name: Name) -> None:
    stand.services.kill(name)
    wait(stand.mode.down)
    stand.services.start(name)


def test_a_killed_rabbitmq_loses_nothing_and_is_used_again(direct: Stand) -> None:
    direct.endure("RabbitMQ killed", lambda: killed(direct, "rabbitmq"))


def test_a_killed_postgresql_loses_nothing_and_is_used_again(direct: Stand) -> None:
    direct.endure("PostgreSQL killed", lambda: killed(direct, "postgresql"))


def test_a_killed_opensearch_refuses_no_upload_and_is_used_again(direct: Stand) -> None:
    result = direct.endure("OpenSearch killed", lambda: killed(direct, "opensearch"))
    assert result.refusals == {}


def test_a_killed_s3_server_loses_nothing_and_is_used_again(direct: Stand) -> None:
    direct.endure("S3 server killed", lambda: killed(direct, "s3"))
