"""By https every cookie of ours is named so that browsers keep others from setting it."""

import json
import os
import subprocess
import sys

from django.conf import LazySettings
from django.test import Client

from crm.models import User

ASK = """
import json, django
django.setup()
from django.conf import settings
from crm.messages import NamedCookieStorage
from crm.models import User
from crm.second_factor.browsers import _name
print(json.dumps({
    "host": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME,
             NamedCookieStorage.cookie_name],
    "path": [_name(User(pk=7))],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE],
    "readable": [not settings.SESSION_COOKIE_HTTPONLY, not settings.LANGUAGE_COOKIE_HTTPONLY],
    "same_site": [settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE, settings.LANGUAGE_COOKIE_SAMESITE],
    "everywhere": [settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN, settings.LANGUAGE_COOKIE_DOMAIN],
    "path_of_host": [settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_PATH, settings.LANGUAGE_COOKIE_PATH],
}))
"""


def asked(https: str) -> dict[str, list[str]]:
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        env=os.environ | {"HTTPS": https},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, list[str]] = json.loads(found.stdout)
    return answer


def test_their_names_are_promises() -> None:
    cookies = asked("1")
    assert all(name.startswith("__Host-crm_") for name in cookies["host"])
    assert cookies["path"] == ["__Secure-crm_browser_7"]
    assert all(cookies["secure"])
    assert not any(cookies["readable"])
    assert set(cookies["same_site"]) == {"Lax"}
    # What "__Host-" asks for: without these browsers would throw the cookie away.
    assert set(cookies["everywhere"]) == {None}
    assert set(cookies["path_of_host"]) == {"/"}


def test_without_https_they_are_cookies_all_the_same() -> None:
    cookies = asked("0")
    assert not any(name.startswith("__") for name in cookies["host"] + cookies["path"])


def test_one_gets_in_with_them(settings: LazySettings, operator: User) -> None:
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-crm_session", "__Host-crm_csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client(enforce_csrf_checks=True, headers={"Referer": "https://testserver/admin/login/"})
    client.get("/admin/login/", secure=True)
    form = {
        "username": operator.username,
        "password": "a long password",
        "csrfmiddlewaretoken": client.cookies["__Host-crm_csrf"].value,
    }
    assert client.post("/admin/login/", form, secure=True).status_code == 302
    kept = client.cookies["__Host-crm_session"]
    assert (kept["path"], kept["domain"], kept["secure"], kept["httponly"]) == ("/", "", True, True)
