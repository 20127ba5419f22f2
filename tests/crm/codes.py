"""The app on a phone, and what people do at the door."""

import base64
import time
from typing import Any

from django.test import Client
from django_otp.oath import hotp  # type: ignore[import-untyped]

from crm.models import SecondFactor, User
from crm.second_factor import keeping
from crm.second_factor.codes import new_key

LOG_IN, CODE, SET_UP = "/admin/login/", "/admin/login/code/", "/admin/login/set-up/"
PASSWORD = "a long password"
EVERYTHING = "/admin/password_change/"


def code_of(key: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps from now."""
    step = int(time.time() // 30) + steps
    return f"{hotp(base64.b32decode(key), step, 6):06}"


def wrong_code(key: str) -> str:
    shown = {code_of(key, steps) for steps in (-2, -1, 0, 1, 2)}
    return next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "5" * 6) if code not in shown
    )


def give_factor(user: User) -> tuple[str, list[str]]:
    """The user's key and recovery codes, in place of former ones; the code of now is not used up."""
    keeping.turn_off(user)
    key = new_key()
    codes = keeping.turn_on(user, key=key, code=code_of(key))
    assert codes is not None
    SecondFactor.objects.filter(user=user).update(last_step=0)
    return key, codes


def post_password(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOG_IN, {"username": user.username, "password": password}, **more)


def is_in(client: Client) -> bool:
    """Whether the browser has a session in which the workplace opens."""
    return client.get(EVERYTHING).status_code == 200


def log_in_with(client: Client, user: User, code: str, **more: Any) -> Any:
    assert post_password(client, user)["Location"].startswith(CODE)
    return client.post(CODE, {"code": code, **more})


def key_shown(page: Any) -> str:
    return str(page.context["key"]).replace(" ", "")
