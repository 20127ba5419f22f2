"""What is done to a deployment under load, and what has to be true afterwards."""

import signal

from django_q.models import OrmQ

from crm.models import Region
from messenger.models import Message
from tests.topology.caller import PASSING
from tests.topology.conftest import Load
from tests.topology.processes import Process
from tests.worker.cluster import wait_until

# Between two faults everybody gets a word in.
MESSAGES_BETWEEN = 12
# Of these there is one, without which nobody gets a word in.
ALONE = {"proxy", "pgbouncer"}


def talk(load: Load) -> None:
    """Until some more messages were written, and no client has given up."""
    wanted = load.journal.total + MESSAGES_BETWEEN
    wait_until(lambda: load.journal.total >= wanted or load.errors, "more messages")
    assert not load.errors


def kill_and_restart(wave: list[Process], load: Load) -> None:
    for process in wave:
        process.kill()
    if not any(process.service in ALONE for process in wave):
        talk(load)
    bring_back(wave)


def stop_and_restart(wave: list[Process], load: Load) -> None:
    """As a deployment does: what is open ends by itself."""
    for process in wave:
        process.terminate()
    talk(load)
    for process in wave:
        # uvicorn ends by the signal that it was told, when all is done.
        assert process.wait_for_end() in (0, -signal.SIGTERM)
    bring_back(wave)


def bring_back(wave: list[Process]) -> None:
    for process in wave:
        process.start()
    for process in wave:
        process.wait_until_ready()


def assert_all_is_well(load: Load) -> None:
    assert_everything_was_said_once(load)
    assert_all_work_is_done(load)
    assert all(isinstance(answer, str) or answer in PASSING for _, answer in load.journal.faults)


def assert_everything_was_said_once(load: Load) -> None:
    assert not load.errors
    for visitor in load.visitors:
        rows = list(
            Message.objects.filter(conversation=visitor.conversation_id)
            .order_by("pk")
            .values_list("pk", "body", "direction")
        )
        assert [body for _, body, direction in rows if direction == "in"] == visitor.written
        answers = load.operator.written[visitor.conversation_id]
        assert [body for _, body, direction in rows if direction == "out"] == answers
        assert visitor.seen == [(pk, body) for pk, body, _ in rows]
        assert visitor.written
        assert answers
        assert visitor.streams > 1


def assert_all_work_is_done(load: Load) -> None:
    wait_until(lambda: not OrmQ.objects.exists(), "an empty queue")
    marks = Region.objects.filter(name__startswith="mark ").values_list("name", flat=True)
    assert set(marks) == set(load.foreman.given)
