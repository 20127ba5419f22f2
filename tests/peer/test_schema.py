"""The description says what the contract says: endpoints, places of tokens, statuses with their codes, headers."""

from typing import Any

import pytest
from django.test import Client

# What the contract names for every endpoint of the widget, and what for one of them alone.
COMMON = {
    400: {"invalid"},
    401: {"session_invalid"},
    403: {"session_mismatch", "origin_not_allowed", "blocked"},
    404: {"inbox_not_found"},
    429: {"throttled"},
    503: {"unavailable"},
}
OWN: dict[str, dict[int, set[str]]] = {
    "POST bootstrap/": {200: set()},
    "POST send/": {
        200: set(),
        201: set(),
        400: {"spam"},
        403: {"captcha_required"},
        409: {"idempotency_conflict"},
        413: {"file_too_large"},
        415: {"file_type_not_allowed"},
    },
    "GET poll/": {200: set()},
    "GET stream/": {200: set(), 404: {"not_found"}},
    "POST typing/": {200: set()},
    "POST mark_read/": {200: set()},
    "POST rate/": {200: set(), 409: {"already_rated"}},
    "POST contact/": {200: set()},
    "GET attachment/{attachment_id}/": {200: set(), 206: set(), 304: set(), 416: set(), 404: {"not_found"}},
}
BODIES = {413: {"invalid"}, 415: {"unsupported_media_type"}}
OPERATORS = {
    "GET /api/messenger/conversations/{conversation_id}/typing/": {200},
    "POST /api/messenger/conversations/{conversation_id}/typing/": {200},
    "GET /api/messenger/unread/": {200},
    "POST /messenger/me/status/": {200, 302, 400, 413, 415},
}
# tests/api/v1/test_description.py holds them to theirs.
INTEGRATIONS = "/api/messenger/v1/"

widget_endpoint = pytest.mark.parametrize("label", OWN)


@pytest.fixture(scope="module")
def document() -> Any:
    response = Client().get("/api/schema/", {"format": "json"})
    assert response.status_code == 200
    return response.json()


def operation_of(document: Any, label: str) -> Any:
    method, path = label.split()
    path = path if path.startswith("/") else f"/api/widget/{path}"
    return document["paths"][path][method.lower()]


def codes_of(answer: Any) -> set[str]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if schema == {"$ref": "#/components/schemas/Error"}:
        return {word for word in ("throttled", "unavailable") if f"`{word}`" in answer["description"]}
    narrowed = schema.get("allOf", [{}])[-1].get("properties", {})
    return set(narrowed.get("code", {}).get("enum", []))


def test_every_endpoint_is_described(document: Any) -> None:
    described = {
        f"{method.upper()} {path.removeprefix('/api/widget/')}"
        for path, methods in document["paths"].items()
        for method in methods
        if not path.startswith(INTEGRATIONS)
    }
    assert described == OWN.keys() | OPERATORS.keys()


def test_operations_have_names_for_generated_clients(document: Any) -> None:
    operations = [operation_of(document, label) for label in [*OWN, *OPERATORS]]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        [tag] = operation["tags"]
        assert operation["operationId"].startswith(f"{tag}_")
    assert {tag["name"] for tag in document["tags"]} == {"widget", "operator", "integrations"}


@widget_endpoint
def test_statuses_and_codes(document: Any, label: str) -> None:
    expected = {status: set(codes) for status, codes in COMMON.items()}
    for more in (OWN[label], BODIES if label.startswith("POST") else {}):
        for status, codes in more.items():
            expected.setdefault(status, set()).update(codes)
    answers = operation_of(document, label)["responses"]
    assert {int(status): codes_of(answer) for status, answer in answers.items()} == expected
    for name in ("429", "503"):
        assert answers[name]["headers"]["Retry-After"]["required"] is True


@widget_endpoint
def test_tokens_may_stand_at_three_places(document: Any, label: str) -> None:
    operation = operation_of(document, label)
    tokens = {"widget_token": "X-Widget-Token", "widget_session_token": "X-Widget-Session"}
    if label == "POST bootstrap/":
        del tokens["widget_session_token"]
    parameters = {(parameter["in"], parameter["name"]) for parameter in operation["parameters"]}
    for name, header in tokens.items():
        assert {("query", name), ("header", header)} <= parameters
    assert operation.get("security", []) == []
    if label.startswith("GET"):
        assert "requestBody" not in operation
        return
    content = operation["requestBody"]["content"]
    assert set(content) == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
    for body in content.values():
        component = body["schema"]["$ref"].rpartition("/")[2]
        assert tokens.keys() <= document["components"]["schemas"][component]["properties"].keys()


@pytest.mark.parametrize("label", OPERATORS)
def test_operators_need_their_session(document: Any, label: str) -> None:
    operation = operation_of(document, label)
    assert operation["security"] == [{"cookieAuth": []}]
    assert set(map(int, operation["responses"])) == {401, 403, 404, 503} | OPERATORS[label]
    headers = {
        parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"
    }
    assert ("X-CSRFToken" in headers) == label.startswith("POST")


def test_streams_and_files_are_what_they_are(document: Any) -> None:
    stream = operation_of(document, "GET stream/")["responses"]["200"]["content"]
    assert list(stream) == ["text/event-stream"]
    events = document["components"]["schemas"]["StreamEvent"]["oneOf"]
    assert [event["properties"]["event"]["const"] for event in events] == ["ready", "update"]
    file = operation_of(document, "GET attachment/{attachment_id}/")["responses"]
    assert {"Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"} <= file["200"][
        "headers"
    ].keys()
    assert "Content-Range" in file["206"]["headers"].keys() & file["416"]["headers"].keys()
    form = document["components"]["schemas"]["SendFormRequest"]["properties"]
    assert form["files"] == {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 5}
