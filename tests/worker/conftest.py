"""Operators who are there, and a queue that is empty but for what the test puts into it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction
from django_q.models import Schedule

from crm.models import User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation
from messenger.services import assignment

LONG_AGO = timedelta(minutes=10)


def put_on_duty(*users: User) -> None:
    for user in users:
        AgentProfile.objects.update_or_create(user=user, defaults={"status": "online", "capacity": 200})


def assigned_long_ago(conversation: Conversation, operator: User) -> Conversation:
    """The operator got the conversation when there was time enough to open it."""
    with transaction.atomic(), clock.at(clock.now() - LONG_AGO):
        assignment.give(conversation, operator, kind="assigned")
    return conversation


@pytest.fixture
def no_schedules(transactional_db: None) -> None:
    """The timetable's tasks would come between."""
    Schedule.objects.all().delete()


@pytest.fixture
def roles(transactional_db: None) -> None:
    """What the migrations filled in is gone after the first test that empties the tables."""
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)
