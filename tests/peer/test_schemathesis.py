"""Requests that are made up from the description, and some that break it: no answer may surprise its readers."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, openapi
from schemathesis.core.result import Ok

from crm.models import User
from messenger.models import Conversation, Inbox
from messenger.services import status
from tests.files import png
from tests.peer.conftest import CSRF_TOKEN, SETTINGS
from tests.peer.description import CHECKS
from tests.peer.machine.in_process import whole
from tests.stream.people import log_in
from tests.visitor import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

EXAMPLES = 15
# The web service only says that they are not to be found with it.
STREAMS = "/api/widget/stream/"

every_mode = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)

type AnyCase = Case[Any]
type Operation = APIOperation[Any, Any, Any, Any]
type Cases = st.SearchStrategy[AnyCase]


@pytest.fixture(autouse=True)
def without_limits(settings: LazySettings) -> None:
    for name in SETTINGS:
        if name.startswith("MESSENGER_THROTTLE_"):
            setattr(settings, name, "")
    settings.MESSENGER_CAPTCHA_ENABLED = False


@pytest.fixture
def schema() -> BaseSchema:
    return openapi.from_wsgi("/api/schema/?format=json", whole)


def operations_of(schema: BaseSchema) -> list[Operation]:
    results = list(schema.get_all_operations())
    operations = [result.ok() for result in results if isinstance(result, Ok)]
    assert len(operations) == len(results) > 0
    return operations


def cases_of(operation: Operation, mode: GenerationMode, ids: dict[str, str]) -> Cases:
    """What breaks the description makes up its ids as well; else all would be unknown."""
    is_positive = mode == GenerationMode.POSITIVE
    given_ids = {name: ids[name] for name in ids if f"{{{name}}}" in operation.path}
    return operation.as_strategy(generation_mode=mode, path_parameters=given_ids if is_positive else None)


def ask_much(cases: Cases, introduce: Callable[[AnyCase], None]) -> set[int]:
    """Asks as somebody who is known, and now and then as a stranger; the statuses of the answers."""
    statuses: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_known=st.sampled_from([True, True, True, False]))
    def ask(case: AnyCase, *, is_known: bool) -> None:
        if is_known:
            introduce(case)
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    ask()
    return statuses


@every_mode
def test_widget_api(
    schema: BaseSchema, visitor: Visitor, operator: User, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    [attachment] = visitor.send_files({"body": "See here", "files": [png()]}).json()["attachments"]
    Inbox.objects.update(rating_enabled=True)
    status.resolve(conversation_id=visitor.conversation_id, actor=operator)
    headers = visitor.headers
    for operation in operations_of(schema.include(tag="widget").exclude(path=STREAMS)):
        with subtests.test(operation.label):
            cases = cases_of(operation, mode, {"attachment_id": attachment["id"]})
            statuses = ask_much(cases, lambda case: case.headers.update(headers))
            assert mode == GenerationMode.NEGATIVE or statuses & {200, 201}, "nothing ever came through"


@every_mode
def test_operator_api(
    schema: BaseSchema,
    conversation: Conversation,
    operator: User,
    mode: GenerationMode,
    subtests: pytest.Subtests,
) -> None:
    importlib.import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    cookies = {
        django_settings.SESSION_COOKIE_NAME: log_in(operator),
        django_settings.CSRF_COOKIE_NAME: CSRF_TOKEN,
    }

    def log_in_as_operator(case: AnyCase) -> None:
        case.cookies.update(cookies)
        case.headers.update({"X-CSRFToken": CSRF_TOKEN})

    for operation in operations_of(schema.include(tag="operator")):
        with subtests.test(operation.label):
            cases = cases_of(operation, mode, {"conversation_id": str(conversation.pk)})
            statuses = ask_much(cases, log_in_as_operator)
            assert mode == GenerationMode.NEGATIVE or statuses & {200}, "nothing ever came through"
