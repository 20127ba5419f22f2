"""What a visitor is told while nobody is there."""

import pytest

from crm.models import Branch, User
from messenger.models import AgentProfile, Inbox
from tests.people import on_duty
from tests.visitor import Visitor


@pytest.fixture
def telling(inbox: Inbox) -> Inbox:
    inbox.offline_mode_enabled = True
    inbox.save()
    return inbox


def told(inbox: Inbox) -> tuple[bool, str, list[str]]:
    answer = Visitor(inbox.widget_token).bootstrap().json()
    return answer["offline_mode"], answer["offline_message"], answer["details_wanted"]


def test_nobody_of_the_branch_is_there(telling: Inbox, operator: User) -> None:
    away, message, wanted = told(telling)
    assert away
    assert message.startswith("Nobody is here right now")
    assert wanted == ["name", "email"]


def test_inbox_says_it_in_its_own_words(telling: Inbox, operator: User) -> None:
    telling.offline_message = "Back on Monday!"
    telling.save()
    assert told(telling)[1] == "Back on Monday!"


def test_somebody_is_there(telling: Inbox, operator: User, yekaterinburg: Branch) -> None:
    on_duty("boris", yekaterinburg)
    assert told(telling) == (False, "", [])


def test_user_without_a_profile_counts_as_there(
    telling: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    AgentProfile.objects.filter(user=operator).delete()
    assert told(telling)[0] is False


def test_colleagues_elsewhere_and_administrators_are_nobody(
    telling: Inbox, operator: User, administrator: User, moscow: Branch
) -> None:
    on_duty("victor", moscow)
    assert told(telling)[0] is True


def test_inbox_that_does_not_tell(inbox: Inbox, operator: User) -> None:
    assert told(inbox) == (False, "", [])


def test_outside_of_the_hours_it_tells_as_well(telling: Inbox, yekaterinburg: Branch) -> None:
    on_duty("boris", yekaterinburg)
    telling.working_hours_enabled = True
    telling.save()
    assert told(telling)[0] is True, "there are no hours at all"


def test_what_is_known_is_not_asked_for(telling: Inbox, operator: User) -> None:
    visitor = Visitor(telling.widget_token)
    assert visitor.bootstrap(name="Maria").json()["details_wanted"] == ["email"]
    visitor.post("contact/", {"email": "maria@example.com"})
    assert visitor.bootstrap(visitor_token=visitor.visitor_token).json()["details_wanted"] == []


def test_message_is_taken_all_the_same(telling: Inbox, operator: User) -> None:
    visitor = Visitor(telling.widget_token)
    visitor.bootstrap()
    assert visitor.send("Is anybody there?").status_code == 201
