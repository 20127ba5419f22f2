"""The widget's API goes past what pages need, and has what it needs itself."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.lanes import NOTHING
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
POLL = "/api/widget/poll/"


def test_a_users_session_is_nothing_to_the_widget(operator_client: Client, visitor: Visitor) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = operator_client.get(POLL, headers=visitor.headers)
    assert answer.status_code == 200
    asked = " ".join(query["sql"] for query in queries)
    assert "django_session" not in asked
    assert not answer.cookies
    assert answer["Vary"] == "Origin, Accept-Language"


def test_an_answer_that_is_opened_as_a_page_runs_nothing(visitor: Visitor) -> None:
    answer = visitor.poll()
    assert answer["Content-Security-Policy"] == NOTHING
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "This field is required."), ("ru", "Обязательное поле.")]
)
def test_errors_are_in_the_readers_language(client: Client, language: str, words: str) -> None:
    answer = client.get(POLL, headers={"Accept-Language": language})
    assert (answer.status_code, answer["Content-Language"]) == (400, language)
    assert answer.json()["fields"]["widget_token"] == [words]


def test_a_missing_slash_is_told_by_a_redirect(client: Client) -> None:
    answer = client.get(POLL.rstrip("/"))
    assert (answer.status_code, answer["Location"]) == (301, POLL)
