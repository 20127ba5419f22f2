"""An inbox that asks for stars, and one that asks for recommendation."""

import pytest

from crm.models import Branch
from messenger.models import Inbox


@pytest.fixture
def stars(inbox: Inbox) -> Inbox:
    inbox.rating_enabled = True
    inbox.save()
    return inbox


@pytest.fixture
def nps(moscow: Branch) -> Inbox:
    return Inbox.objects.create(name="Capital", branch=moscow, rating_enabled=True, rating_type="nps")
