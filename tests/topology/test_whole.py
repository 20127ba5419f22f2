"""Everything is killed and restarted in turn while people talk: nothing is lost, doubled or out of order."""

import pytest
from redis import Redis

from tests.topology import faults
from tests.topology.conftest import Load, Topology

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_may_be_killed_and_restarted(topology: Topology, load: Load, own_redis: Redis) -> None:
    faults.talk(load)
    for wave in topology.waves:
        faults.kill_and_restart(wave, load)
    faults.stop_and_restart(topology.first_of_each, load)
    faults.talk(load)
    load.end()
    faults.assert_all_is_well(load)
    assert "ERROR" not in "".join(process.log for process in topology.worker)
    # Whatever grows in Redis ends by itself, so that it may be told to forget what was used least.
    lasting = {key for key in own_redis.scan_iter() if own_redis.ttl(key) == -1}
    assert lasting <= {b"django_q:messenger:cluster"}
