"""Visitors, operators and thieves of tokens in any order: nobody ever sees more or less than the model says.

A larger run: MESSENGER_MACHINE_EXAMPLES=2000, which then also differs from run to run.
"""

import os
from collections.abc import Iterator

import httpx
import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from tests.peer.conftest import SETTINGS
from tests.peer.machine.in_process import OwnDescription, new_http
from tests.peer.machine.keeping import Keeping
from tests.peer.machine.looking import Looking
from tests.peer.machine.steps import which
from tests.peer.machine.working import Working
from tests.peer.machine.world import World
from tests.peer.machine.writing import Writing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

EXAMPLES = int(os.environ.get("MESSENGER_MACHINE_EXAMPLES", "0"))
STEPS = 40


class Machine(Writing, Looking, Working, Keeping):
    """From the shops' opening to a last look at all that everybody sees."""

    http: httpx.Client

    @initialize()
    def open_the_shops(self) -> None:
        self.world = World(self.http)
        for number in (0, 0, 1, 2):
            self.first_visit(number)
            self.write_and_answer(len(self.world.sessions) - 1, "Hello")

    @rule(number=which, body=st.sampled_from(["Hello", "Are you there?"]))
    def write_and_answer(self, number: int, body: str) -> None:
        self.send(number, "own", body, 1, repeats=False)
        session = self.pick(self.world.sessions, number)
        self.note(self.world.talks.index(session.talk), "A difficult one", has_file=True)
        self.answer(self.world.talks.index(session.talk), "Good day", has_file=True)

    def teardown(self) -> None:
        """At the end everybody sees all that is theirs, and nothing else."""
        if hasattr(self, "world"):
            self.look_once_more()


@pytest.fixture
def http(settings: LazySettings) -> Iterator[httpx.Client]:
    for name in SETTINGS:
        if name.startswith("MESSENGER_THROTTLE_"):
            setattr(settings, name, "")
    settings.MESSENGER_CAPTCHA_ENABLED = False
    with new_http(OwnDescription()) as http:
        yield http


def test_machine(http: httpx.Client) -> None:
    Machine.http = http
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES or 24,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
