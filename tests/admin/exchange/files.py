"""Files as people and attackers send them, and what comes back."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

LABELS = "/admin/messenger/label/"
RESPONSES = "/admin/messenger/cannedresponse/"
CONVERSATIONS = "/admin/messenger/conversation/"
CONTACTS = "/admin/messenger/contact/"
CSV, XLSX, JSON = "0", "1", "2"


def upload(client: Client, url: str, content: bytes | str, name: str = "table.csv", kind: str = "") -> Any:
    """What the page answers to a file."""
    content = content.encode() if isinstance(content, str) else content
    return client.post(f"{url}import/", {"import_file": SimpleUploadedFile(name, content), "format": kind})


def refusal(response: Any) -> str:
    """The sentence about the file."""
    assert response.status_code == 200, response.content
    assert response.context.get("preview") is None
    (sentence,) = response.context["form"].errors["import_file"]
    return str(sentence)


def confirm(client: Client, url: str, response: Any) -> Any:
    """Presses the button of the preview."""
    return client.post(f"{url}import/confirm/", {"token": response.context["token"]}, follow=True)


def brought_in(client: Client, url: str, content: bytes | str, name: str = "table.csv") -> Any:
    """Uploaded and confirmed."""
    response = upload(client, url, content, name)
    assert response.context["preview"].faulty == 0, response.context["preview"].lines
    return confirm(client, url, response)


def kinds(response: Any) -> list[str]:
    return [line.kind for line in response.context["preview"].lines]


def errors(response: Any) -> dict[int, list[str]]:
    """By the row's number in the file."""
    return {line.number: line.errors for line in response.context["preview"].lines if line.errors}


def workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, part: str, text: str) -> bytes:
    """The workbook with one of its parts replaced, or with one more."""
    changed = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(changed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, text)
    return changed.getvalue()


def exported(client: Client, url: str, query: str = "", *, kind: str = CSV, **form: Any) -> Any:
    """The file as it was downloaded; by default with all columns."""
    page = client.get(f"{url}export/{query}")
    assert page.status_code == 200, page.content
    columns = {f"sheet_{column.name}": "on" for column in page.context["form"].sheet.columns}
    return client.post(f"{url}export/{query}", {"resource": "0", "format": kind, **columns, **form})


def content(response: Any) -> bytes:
    assert response.status_code == 200
    assert response.streaming, response.context["form"].errors
    return b"".join(response.streaming_content)


def table(response: Any, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV, by title."""
    text = content(response).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))


def change_page(model: str, pk: Any) -> str:
    return reverse(f"admin:messenger_{model}_change", args=[pk])
