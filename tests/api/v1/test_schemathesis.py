"""Requests that are made up from the description of the REST API, and some that break it."""

import pytest
from django.conf import LazySettings
from schemathesis import BaseSchema, GenerationMode, openapi

from crm.models import User
from messenger.models import Conversation
from messenger.services import status
from tests.api.v1.rest import make_token
from tests.peer.machine.in_process import whole
from tests.peer.test_schemathesis import AnyCase, ask_much, cases_of, every_mode, operations_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def schema() -> BaseSchema:
    return openapi.from_wsgi("/api/schema/?format=json", whole)


@every_mode
def test_rest_api(
    schema: BaseSchema,
    conversation: Conversation,
    robot: User,
    settings: LazySettings,
    mode: GenerationMode,
    subtests: pytest.Subtests,
) -> None:
    settings.MESSENGER_THROTTLE_REST_TOKEN = ""
    User.objects.filter(pk=robot.pk).update(is_superuser=True)
    secret, _token = make_token(robot)
    given = {"conversation_id": str(conversation.pk), "contact_id": str(conversation.contact_id)}
    for operation in operations_of(schema.include(tag="integrations")):
        with subtests.test(operation.label):
            # What came before may have closed it.
            status.reopen(conversation_id=conversation.pk, actor=User.objects.get(pk=robot.pk))
            statuses = ask_much(cases_of(operation, mode, given), lambda case: introduce(case, secret))
            assert mode == GenerationMode.NEGATIVE or statuses & {200, 201}, "nothing ever came through"


def introduce(case: AnyCase, secret: str) -> None:
    case.headers.update({"Authorization": f"Bearer {secret}"})
