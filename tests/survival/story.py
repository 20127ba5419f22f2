"""One failure: what both sides meet, what is said of it, and how it ends. Each makes one row of the table."""

import itertools
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.survival.calls import Answer, call
from tests.survival.lines import Lines, steady
from tests.survival.operator import Operator
from tests.survival.system import HEALTH_TOKEN, System
from tests.survival.table import Failure, Row
from tests.survival.visitor import Visitor
from tests.worker.cluster import wait_until

PATIENCE_SECONDS = 20
# A process that had nothing to do with what was away finds out later that it is back, or that it was gone.
LATER = ("ERROR Could not create task from schedule: ", "WARNING Redis works again after")
# A task of the minute may be under way when the database goes: it is done again.
INTERRUPTED = (
    "ERROR The task failed: ",
    "ERROR Failed 'messenger.tasks.",
    "ERROR Could not save task result: ",
)
_count = itertools.count()


class Story:
    """What is written while it lasts is written again by the same id when it is over."""

    def __init__(self, failure: Failure, system: System, visitor: Visitor, operator: Operator) -> None:
        self.system, self.visitor, self.operator = system, visitor, operator
        self.row = Row(failure)
        self.lines = Lines(system.processes)
        self._question = unique("Are you there?"), str(uuid.uuid4())
        self._reply = unique("I am."), str(uuid.uuid4())
        visitor.wait_for_stream()
        # What an earlier outage left in a process's memory would help; and all have noticed that it is over.
        assert visitor.bootstrap().status == 200
        wait_until(lambda: visitor.open_stream().status == 200, "a new stream", PATIENCE_SECONDS)

    def meet(self) -> None:
        """All that both sides do, at the same moment: each as a widget or a page does it once."""
        newcomer = Operator(self.system)
        for_visitor: dict[str, Callable[[], list[Answer]]] = {
            "message": self._ask,
            "new visitor": lambda: [Visitor.bootstrap_as_stranger(self.system)],
            "new stream": lambda: [self.visitor.open_stream()],
        }
        for_operator: dict[str, Callable[[], list[Answer]]] = {
            "list": lambda: [self.operator.open_list()],
            "answer": lambda: [self._answer()],
            "log-in": lambda: [newcomer.log_in()],
            "new stream": lambda: [self.operator.open_stream()],
        }
        with ThreadPoolExecutor(len(for_visitor) + len(for_operator)) as pool:
            sides = [
                {what: pool.submit(ask) for what, ask in asked.items()}
                for asked in (for_visitor, for_operator)
            ]
            self.row.visitor, self.row.operator = (
                {what: _told(future.result()) for what, future in side.items()} for side in sides
            )

    def hear(self) -> str:
        """By which way the visitor is shown an answer of just now."""
        body = unique("Heard?")
        self.operator.answer(self.visitor.conversation_id, body)
        way = self.visitor.wait_for(body)
        self.row.visitor["answers"] = f"come by {way}"
        return way

    def diagnose(self, *expected: str) -> None:
        """Soon these checks are not well, and no others but those that can't be told."""
        found: dict[str, str] = {}

        def is_told() -> bool:
            found.clear()
            found.update(self.diagnosis())
            return set(expected) <= found.keys()

        wait_until(is_told, f"{expected}", PATIENCE_SECONDS)
        assert set(found) == set(expected), found
        self.row.diagnosis = {name: found[name] for name in expected}

    def diagnosis(self) -> dict[str, str]:
        """What isn't well, without what can't be told."""
        headers = {"Authorization": f"Bearer {HEALTH_TOKEN}", "Accept": "application/json"}
        answer = call(self.system.web.port, "GET", "/settings/messenger/health/", headers)
        bad = {name: found for name, found in answer.json["checks"].items() if found["level"] != "ok"}
        suffers = any(found["level"] == "error" for found in bad.values())
        assert answer.status == (503 if suffers else 200), answer
        return {
            name: steady(found["detail"])
            for name, found in bad.items()
            if "can't be told while the database" not in found["detail"]
        }

    def go_on(self, ends: str, *, later: frozenset[str] = frozenset()) -> None:
        """What was begun is stored, both talk again, the diagnosis is well, and everything is there once.

        Checks that are well `later` are not waited for.
        """
        asked = self.visitor.deliver(*self._question)[-1]
        answered = self.operator.answer(self.visitor.conversation_id, *self._reply)[-1]
        for side, what, after in (
            (self.row.visitor, "message", asked),
            (self.row.operator, "answer", answered),
        ):
            if "503" in side.get(what, ""):
                side[what] += f"; sent again afterwards: {after.words}"
        body = unique("And now?")
        self.visitor.deliver(body)
        self.operator.answer(self.visitor.conversation_id, f"{body} Again.")
        self.visitor.wait_for(f"{body} Again.")
        self.visitor.wait_for_stream()
        wait_until(lambda: self.diagnosis().keys() <= later, "a diagnosis that is well", PATIENCE_SECONDS)
        self._compare()
        self.row.lost, self.row.recovery = "nothing", ends

    def logged(self, *, also: tuple[str, ...] = (), **expected: list[str]) -> None:
        """What each process has to say of it, and what it may say `also`; nothing else."""
        for process in self.system.processes:
            wanted = expected.get(process.service, [])
            wait_until(
                lambda: set(wanted) <= set(self.lines.loud(process)),  # noqa: B023  (asked at once)
                f"{wanted} in\n{process.log[-2000:]}",
                PATIENCE_SECONDS,
            )
            said = self.lines.loud(process)
            others = [
                line
                for line in said
                if line not in wanted and not line.startswith((*also, *LATER, *INTERRUPTED))
            ]
            assert not others, (process.service, others)
            self.row.log += [f"{process.service}: {line}" for line in wanted]

    def _ask(self) -> list[Answer]:
        """Whoever's session is gone begins a new one by themselves, and repeats."""
        answers = [self.visitor.send(*self._question)]
        if answers[0].status == 401:
            self.visitor.bootstrap()
            answers.append(self.visitor.send(*self._question))
        return answers

    def _answer(self) -> Answer:
        return self.operator.post(self.visitor.conversation_id, *self._reply)

    def _compare(self) -> None:
        """The database, what each has written, and what the visitor was shown."""
        rows = self.system.ask_database(
            "SELECT id, body, direction FROM messenger_message WHERE conversation_id = %s ORDER BY id",
            self.visitor.conversation_id,
        )
        for direction, written in (("in", self.visitor.written), ("out", self.operator.written)):
            stored = [body for _pk, body, found in rows if found == direction]
            assert sorted(stored) == sorted(written)
        assert [(pk, body) for pk, body, _way in self.visitor.seen] == [(pk, body) for pk, body, _ in rows]


def unique(text: str) -> str:
    return f"{text} ({next(_count)})"


def _told(answers: list[Answer]) -> str:
    """In words. No answer is a mistake of ours, and whoever is sent away is told for how long."""
    for answer in answers:
        assert answer.status != 500, answer
        assert answer.status != 503 or answer.retry_after, answer
    return " → ".join(answer.words for answer in answers)
