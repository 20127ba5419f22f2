"""Mixins of an admin hand on the routes of those that come after them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from messenger.admin.workspace import Workspace


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("after")


class After:
    def get_own_urls(self) -> list[Any]:
        return [path("<int:object_id>/change/after/", answer, name="after")]


class Both(Workspace, After):
    admin_site = admin.site

    def __init__(self) -> None:
        """Without a model: its routes are all that is asked for."""


def test_the_workspace_hands_on_what_comes_after_it() -> None:
    names = [str(url.name) for url in Both().get_own_urls()]
    assert "after" in names
    # It takes any word.
    assert names[-1] == "messenger_conversation_action"
