"""A program that uses the REST API, and the tokens that it gets."""

from collections.abc import Iterable
from typing import Any

from django.test import Client

from crm.models import User
from messenger.models import Conversation, Inbox, IntegrationToken
from messenger.models.integration_token import Scope

BASE = "/api/messenger/v1/"


def make_token(user: User, *scopes: Scope, inboxes: Iterable[Inbox] = (), **values: Any) -> tuple[str, Any]:
    """The secret and the row; of all scopes where none is named."""
    token = IntegrationToken(
        name=values.pop("name", f"Bot {IntegrationToken.objects.count() + 1}"),
        scopes=list(scopes or Scope.values),
        acts_as=user,
        created_by=user,
        **values,
    )
    secret = token.draw()
    token.save()
    token.limit_to(inboxes)
    return secret, token


class Program:
    """Sends its token with each request; answers as Django's test client gives them."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client()

    def get(self, path: str, query: dict[str, Any] | None = None) -> Any:
        return self.client.get(BASE + path, query or {}, headers=self._headers({}))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        body = {} if body is None else body
        return self.client.post(
            BASE + path, body, content_type="application/json", headers=self._headers(headers)
        )

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(
            BASE + path, body, content_type="application/json", headers=self._headers({})
        )

    def write(self, conversation: Conversation, text: str, key: str = "", **body: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.post(f"conversations/{conversation.pk}/messages/", {"body": text, **body}, **headers)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more}


def program(user: User, *scopes: Scope, inboxes: Iterable[Inbox] = (), **values: Any) -> Program:
    return Program(make_token(user, *scopes, inboxes=inboxes, **values)[0])


def code(response: Any) -> tuple[int, str]:
    """Status and code of an error; each has a sentence as well."""
    answer = response.json()
    assert answer["detail"]
    return response.status_code, answer["code"]


def ids(response: Any) -> list[Any]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]
