import pytest

from crm.models import User
from messenger.models import Inbox
from tests.services.privacy.people import Person, add_person


@pytest.fixture
def person(inbox: Inbox, operator: User, colleague: User, folder: object) -> Person:
    return add_person(inbox, operator, colleague)
