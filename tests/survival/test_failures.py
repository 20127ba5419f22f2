"""Servers fail under a whole system, while a visitor and an operator talk: nothing is lost, and all ends by itself."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.files import pdf
from tests.survival import faults
from tests.survival.operator import Operator
from tests.survival.story import Story
from tests.survival.system import System, whole_system
from tests.survival.table import Failure, failures_told, settle
from tests.survival.visitor import Visitor
from tests.worker.cluster import wait_until

REDIS_BACK = "WARNING Redis works again after some time"
SIGN_LOST = "WARNING The worker's sign of life can't be given, the worker goes on:"
SIGN_BACK = "WARNING The worker's sign of life is given again"
FULL = "ERROR Redis is full, state is kept in this process's memory: OutOfMemoryError"
CHANNEL_LOST = "WARNING The event channel is lost, streams look by themselves:"
LOST = "ERROR Redis can't be reached, state is kept in this process's memory:"
DATABASE = "ERROR The database can't be reached: "
LOOK = "ERROR Lost events could not be looked for:"
READ_ONLY = "ERROR The database takes no changes: "
TIMETABLE = frozenset({"schedules"})
BY_ITSELF = "by itself"
SUPERVISOR = "started again by its supervisor"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("survival")
    # The servers' account goes through, and no further: as the folder of tests.crm.servers.
    folder.chmod(0o711)
    with whole_system(folder) as running:
        wait_until(lambda: running.is_done(running.facts["task"]), "a worker that has done something")
        yield running


@pytest.fixture(scope="module")
def operator(system: System) -> Operator:
    operator = Operator(system)
    assert operator.log_in().status == 302
    return operator


@pytest.fixture(scope="module")
def visitor(system: System, operator: Operator) -> Iterator[Visitor]:
    """Has a conversation with the operator."""
    visitor = Visitor(system)
    visitor.deliver("Hello")
    operator.answer(visitor.conversation_id, "Good day")
    assert visitor.wait_for("Good day") == "stream"
    yield visitor
    visitor.close()


@contextmanager
def _story(failure: Failure, system: System, visitor: Visitor, operator: Operator) -> Iterator[Story]:
    story = Story(failure, system, visitor, operator)
    yield story
    settle(story.row)


def test_redis_is_killed_and_comes_back_empty(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.REDIS_STOPPED, system, visitor, operator) as story:
        with faults.redis_stopped(system):
            story.meet()
            assert story.hear() == "stream"
            story.diagnose("redis", "streams", "worker")
        story.go_on(BY_ITSELF)
        story.logged(
            web=[f"{LOST} ConnectionError", REDIS_BACK],
            stream=[f"{CHANNEL_LOST} ConnectionError"],
            worker=[f"{SIGN_LOST} ConnectionError", SIGN_BACK],
            also=(LOST, REDIS_BACK),
        )


def test_redis_answers_late(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.REDIS_LATE, system, visitor, operator) as story:
        with faults.redis_slow(system, 0.3):
            story.meet()
            assert story.hear() == "stream"
            story.diagnose()
        story.go_on("nothing to recover from: everything takes a second longer")
        story.logged()


def test_redis_hangs(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.REDIS_HANGS, system, visitor, operator) as story:
        with faults.redis_slow(system, 60):
            story.meet()
            story.diagnose("redis", "streams", "worker")
            assert visitor.has_stream
        story.go_on(BY_ITSELF)
        story.logged(
            web=[f"{LOST} TimeoutError", REDIS_BACK],
            worker=[f"{SIGN_LOST} TimeoutError", SIGN_BACK],
            also=(LOST, REDIS_BACK, CHANNEL_LOST),
        )


def test_redis_is_full(system: System, visitor: Visitor, operator: Operator) -> None:
    """`maxmemory` with `noeviction`: it reads and publishes, and takes nothing."""
    with _story(Failure.REDIS_FULL, system, visitor, operator) as story:
        with faults.redis_full(system):
            story.meet()
            assert story.hear() == "stream"
            story.diagnose("redis", "worker")
        story.go_on(BY_ITSELF)
        story.logged(
            web=[FULL, REDIS_BACK],
            stream=[FULL],
            worker=[f"{SIGN_LOST} OutOfMemoryError", SIGN_BACK],
        )


def test_database_is_restarted(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.DATABASE_RESTARTED, system, visitor, operator) as story:
        lose_the_database(story, at_once=False)


def test_no_connections_are_left(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.DATABASE_TAKEN, system, visitor, operator) as story:
        with faults.no_connections_left(system):
            story.meet()
            story.diagnose("database")
            assert visitor.has_stream
        story.go_on(BY_ITSELF)
        refused = (
            "connection failed: connection to server at its address failed: FATAL:  too many connections"
        )
        line = f'{DATABASE}{refused} for role "app"'
        story.logged(web=[line], worker=[line], also=(DATABASE, LOOK))


def test_database_is_read_only(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.DATABASE_READ_ONLY, system, visitor, operator) as story:
        with faults.database_read_only(system):
            story.meet()
            story.diagnose("database_writes")
            assert visitor.poll().status == 200
        story.go_on(BY_ITSELF)
        refused = "cannot execute INSERT in a read-only transaction"
        story.logged(web=[f"{READ_ONLY}{refused}"], also=(READ_ONLY,))


def test_worker_is_killed(system: System, visitor: Visitor, operator: Operator) -> None:
    """What it is told meanwhile is done afterwards."""
    with _story(Failure.WORKER_KILLED, system, visitor, operator) as story:
        system.worker.kill()
        story.meet()
        assert story.hear() == "stream"
        story.diagnose("worker")
        task = system.enqueue("messenger.tasks.escalate")
        system.worker.start()
        wait_until(lambda: system.is_done(task), "the task that waited")
        story.go_on(SUPERVISOR)
        story.logged()


def test_stream_service_is_killed(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.STREAM_KILLED, system, visitor, operator) as story:
        system.stream.kill()
        story.meet()
        assert story.hear() == "poll"
        story.diagnose("streams")
        system.stream.start()
        story.go_on(SUPERVISOR)
        story.logged()


def test_disk_of_attachments_is_full(system: System, visitor: Visitor, operator: Operator) -> None:
    """The process may write no byte more than its log has; the same paper is sent again afterwards."""
    key, paper = str(uuid.uuid4()), pdf(size=500_000).read()
    with _story(Failure.DISK_FULL, system, visitor, operator) as story:
        with faults.nothing_fits_on_disk(system.web, len(system.web.log) + len(paper) // 2):
            refused = visitor.send_file("A paper", paper, key)
            assert (refused.status, refused.code, refused.retry_after) == (503, "unavailable", 30)
            story.meet()
            story.row.visitor["message with a file"] = f"{refused.words}; sent again afterwards: 201"
        with faults.nothing_fits_on_disk(system.web, 0):
            story.diagnose("storage")
        assert system.files == []
        assert visitor.deliver("A paper", key, paper)[-1].status == 201
        assert len(system.files) == 1
        story.go_on(BY_ITSELF)
        story.logged(web=["ERROR An attachment can't be stored: File too large"])


def test_database_crashes(system: System, visitor: Visitor, operator: Operator) -> None:
    with _story(Failure.DATABASE_CRASHED, system, visitor, operator) as story:
        lose_the_database(story, at_once=True)


def lose_the_database(story: Story, *, at_once: bool) -> None:
    with faults.database_stopped(story.system, at_once=at_once):
        story.meet()
        story.diagnose("database")
        assert story.visitor.has_stream
    story.go_on(BY_ITSELF)
    refused = f"{DATABASE}connection failed: connection to server at its address failed: Connection refused"
    story.logged(web=[refused], worker=[refused], also=(DATABASE, LOOK))


@pytest.mark.parametrize("hours", [1, -1], ids=["ahead", "back"])
def test_clock_jumps(system: System, visitor: Visitor, operator: Operator, hours: int) -> None:
    """Of our processes; those of the database and of Redis stay. And jumps back."""
    failure = Failure.CLOCK_AHEAD if hours > 0 else Failure.CLOCK_BACK
    with _story(failure, system, visitor, operator) as story:
        system.jump(hours * 3600)
        story.meet()
        assert visitor.bootstrap().status == 200
        assert system.hours_ahead(visitor.conversation_id) == hours
        assert story.hear() == "stream"
        task = system.enqueue("messenger.tasks.escalate")
        wait_until(lambda: system.is_done(task), "a task")
        # The timetable is late until the worker's guard looks at it, half a minute later at most.
        assert story.diagnosis().keys() <= TIMETABLE
        system.jump(0)
        story.go_on(BY_ITSELF, later=TIMETABLE)
        story.logged()


def test_table_tells_of_nothing_else() -> None:
    assert failures_told() == list(Failure)
