"""Robots of the tests of the REST API."""

import pytest

from crm.models import User
from tests.api.v1.rest import Program, program
from tests.conftest import make_user


@pytest.fixture
def robot(db: None) -> User:
    """A user for programs: an administrator of no branch."""
    return make_user("robot", None, first_name="Robot", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def rest(robot: User) -> Program:
    """A program that may do all."""
    return program(robot, name="All")


@pytest.fixture
def anna(operator: User) -> Program:
    """A program that acts as Anna of Yekaterinburg."""
    return program(operator, name="Anna's")


@pytest.fixture
def victor(outsider: User) -> Program:
    """One of Moscow: nothing of Yekaterinburg is his."""
    return program(outsider, name="Victor's")
