"""Content types that nobody sends who means well: none of them is an error of ours."""

import io
from typing import Any

import pytest

from crm.content_type import plain_content_type
from crm.wsgi import application


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("multipart/form-data; Charset=hex; boundary=x", "multipart/form-data; boundary=x"),
        ("text/plain; charset*=utf-8''idna", "text/plain"),
        ("text/plain; charset*0=he; charset*1=x", "text/plain"),
        ("application/json;" + "a=b;" * 3_000, ""),
    ],
)
def test_charset_is_left_out(said: str, plain: str) -> None:
    assert plain_content_type(said) == plain


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=hex",
        "multipart/form-data; boundary=x; charset=idna",
        "application/x-www-form-urlencoded; charset=rot13",
        "a/b;" + "a=b;" * 3_000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_charset_breaks_a_page(db: None, method: str, content_type: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n%41\r\n--x--\r\n'
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/api/widget/bootstrap/",
        "QUERY_STRING": "widget_token=%41%ff",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    statuses: list[str] = []
    list(application(environ, lambda status, _headers, _error=None: statuses.append(status)))
    assert statuses[0][:1] == "4"
