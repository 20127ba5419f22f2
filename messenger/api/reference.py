"""`/api/docs/`: the OpenAPI document as a page to read, made on the server; it needs no script and nobody's CDN.

It is in English in every language, as the document itself is: names and codes are the interface.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from os.path import commonpath
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
REF = "#/components/schemas/"


class Field(NamedTuple):
    """`shape` is the name of a component that the type refers to, if it does."""

    name: str
    place: str
    type: str
    shape: str
    is_required: bool
    description: SafeString


class Answer(NamedTuple):
    status: str
    description: SafeString
    shape: str


class Operation(NamedTuple):
    method: str
    path: str
    id: str
    summary: SafeString
    fields: list[Field]
    bodies: list[Field]
    answers: list[Answer]


class Section(NamedTuple):
    name: str
    description: str
    operations: list[Operation]

    def contents(self) -> list[tuple[Operation, str]]:
        """With the paths without what they all begin with."""
        base = commonpath([operation.path for operation in self.operations]).rstrip("/")
        return [(operation, operation.path.removeprefix(base)) for operation in self.operations]


class Shape(NamedTuple):
    name: str
    description: SafeString
    fields: list[Field]


class Reference(NamedTuple):
    title: str
    version: str
    sections: list[Section]
    shapes: list[Shape]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_content())


@cache
def _content() -> str:
    """Made once per process: the endpoints don't change while it runs, and anybody may ask for it."""
    return render_to_string("messenger/api_docs.html", {"reference": reference()})


def reference() -> Reference:
    generator: Any = SchemaGenerator
    document = generator().get_schema(request=None, public=True)
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    operations = list(_operations(document["paths"]))
    return Reference(
        title=document["info"]["title"],
        version=document["info"]["version"],
        # Who reads this page writes a program; what their own browser asks comes after.
        sections=[
            Section(name, text, [one for tag, one in operations if tag == name])
            for name, text in reversed(tags.items())
        ],
        shapes=[
            Shape(name, _words(schema), list(_properties(schema)))
            for name, schema in sorted(document["components"]["schemas"].items())
        ],
    )


def _operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in paths.items():
        for method in METHODS:
            if entry := methods.get(method):
                yield entry["tags"][0], _operation(method, path, entry)


def _operation(method: str, path: str, entry: Mapping[str, Any]) -> Operation:
    content = entry.get("requestBody", {}).get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        id=entry["operationId"],
        summary=_words(entry),
        fields=[_parameter(parameter) for parameter in entry.get("parameters", [])],
        bodies=[_field(kind, body["schema"], "body", is_required=True) for kind, body in content.items()],
        answers=[_answer(status, answer) for status, answer in sorted(entry["responses"].items())],
    )


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    schemas = [body["schema"] for body in answer.get("content", {}).values()]
    shape = next(filter(None, map(_shape, schemas)), "")
    return Answer(status, _words(answer), shape)


def _parameter(parameter: Mapping[str, Any]) -> Field:
    described = parameter["schema"] | {"description": parameter.get("description", "")}
    return _field(parameter["name"], described, parameter["in"], is_required=parameter.get("required", False))


def _properties(schema: Mapping[str, Any]) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, described in schema.get("properties", {}).items():
        yield _field(name, described, "", is_required=name in required)


def _field(name: str, schema: Mapping[str, Any], place: str, *, is_required: bool) -> Field:
    return Field(name, place, _type(schema), _shape(schema), is_required, _words(schema))


def _words(described: Mapping[str, Any]) -> SafeString:
    """The description, with `names` as code."""
    parts = re.split(r"`([^`]+)`", described.get("description", ""))
    return format_html_join(
        "",
        "{}",
        ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in enumerate(parts)),
    )


def _shape(schema: Mapping[str, Any]) -> str:
    """The name of the first component that it refers to."""
    if ref := schema.get("$ref", ""):
        return str(ref).removeprefix(REF)
    parts = [*schema.get("allOf", []), *schema.get("oneOf", []), schema.get("items") or {}]
    return next(filter(None, map(_shape, filter(None, parts))), "")


def _type(schema: Mapping[str, Any]) -> str:
    """In words: "string, uuid", "list of integer", "open, pending or null"."""
    if ref := schema.get("$ref", ""):
        return str(ref).removeprefix(REF)
    if choices := schema.get("enum"):
        return " | ".join("null" if one is None else str(one) for one in choices)
    for several in ("oneOf", "allOf", "anyOf"):
        if several in schema:
            return " | ".join(filter(None, map(_type, schema[several])))
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    kinds = schema.get("type", "any")
    words = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{words}, {schema['format']}" if "format" in schema else words
