"""Whoever guesses is in the log at the first try, before anything is locked; what they typed is not."""

import logging

import pytest
from django.test import Client

from crm.models import User

LINE = "A password or a code was refused"


def test_a_wrong_password_has_its_line(
    client: Client, operator: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "crm.log_in"):
        client.post("/admin/login/", {"username": operator.username, "password": "XMARKX"})
    assert LINE in caplog.messages
    assert "XMARKX" not in caplog.text
    assert operator.username not in caplog.text


def test_the_right_one_has_none(client: Client, operator: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "crm.log_in"):
        answer = client.post("/admin/login/", {"username": operator.username, "password": "a long password"})
    assert answer.status_code == 302
    assert LINE not in caplog.messages
