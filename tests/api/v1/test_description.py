"""The OpenAPI document says of the REST API what docs/rest.md says."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from messenger.models.integration_token import Scope

BASE = "/api/messenger/v1/"
# Beside 401, 403, 404, 429 and 503, which all have.
OPERATIONS = {
    "get token/": {200},
    "get operators/": {200},
    "get conversations/": {200, 400},
    "get conversations/{conversation_id}/": {200},
    "get conversations/{conversation_id}/messages/": {200, 400},
    "post conversations/{conversation_id}/messages/": {200, 201, 400, 409, 413, 415},
    "post conversations/{conversation_id}/assign/": {200, 400, 409, 413, 415},
    "post conversations/{conversation_id}/resolve/": {200, 409},
    "post conversations/{conversation_id}/close/": {200},
    "post conversations/{conversation_id}/reopen/": {200, 409},
    "get contacts/": {200, 400},
    "get contacts/{contact_id}/": {200},
    "patch contacts/{contact_id}/": {200, 400, 409, 413, 415},
}


@pytest.fixture(scope="module")
def document() -> Any:
    return Client().get("/api/schema/", {"format": "json"}).json()


def test_every_operation_with_its_statuses(document: Any) -> None:
    described = {
        f"{method} {path.removeprefix(BASE)}": set(map(int, operation["responses"]))
        for path, methods in document["paths"].items()
        if path.startswith(BASE)
        for method, operation in methods.items()
    }
    assert described == {label: own | {401, 403, 404, 429, 503} for label, own in OPERATIONS.items()}


def test_every_operation_needs_the_token_alone(document: Any) -> None:
    assert document["components"]["securitySchemes"]["integrationToken"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for operation in methods.values():
            if path.startswith(BASE):
                assert operation["security"] == [{"integrationToken": []}]
                assert operation["operationId"].startswith("integrations_")


def test_the_guide_knows_every_address_scope_and_code(document: Any) -> None:
    guide = (Path(settings.BASE_DIR) / "docs" / "rest.md").read_text()
    for label in OPERATIONS:
        method, path = label.split()
        assert re.search(rf"{method.upper()}\S* `{re.escape(path)}`", guide), label
    for scope in Scope.values:
        assert f"`{scope}`" in guide
    codes = set(
        re.findall(
            r"`([a-z_]+)`: ", str(document["paths"][f"{BASE}conversations/{{conversation_id}}/messages/"])
        )
    )
    assert codes
    for code in codes:
        assert f"`{code}`" in guide
