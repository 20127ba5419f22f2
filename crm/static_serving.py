"""Serves static files light where no proxy and no collectstatic has made them so, each made once per process."""

import gzip
import re
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from crm.static_minification import is_minified, minified

_TEXT = re.compile(r"(text/|application/(json|javascript|manifest\+json)|image/svg\+xml)")
_ACCEPTED = {
    name: re.compile(rf"(^|[\s,]){name}(?!\s*;\s*q=0(\.0+)?\s*(,|$))(\s*[;,]|\s*$)")
    for name in ("br", "gzip")
}
# The last steps of brotli cost a second for unfold's larger files and win a few per cent.
_SMALL = 100_000
FILES = 256


class StaticServingMiddleware:
    """Stands before WhiteNoise. Answers of the API are too short to gain, and pages mix secrets with what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        name = request.path.removeprefix(settings.STATIC_URL)
        if name == request.path or not _is_plain_text(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = next((name for name, pattern in _ACCEPTED.items() if pattern.search(accepted)), "")
        return _lightened(request, response, name, encoding)


def _is_plain_text(response: HttpResponseBase) -> bool:
    return (
        response.status_code == 200
        and not response.has_header("Content-Encoding")
        and _TEXT.match(response.get("Content-Type", "")) is not None
    )


def _lightened(
    request: HttpRequest, response: HttpResponseBase, name: str, encoding: str
) -> HttpResponseBase:
    if not encoding and not is_minified(name):
        return response
    content = b"".join(cast(StreamingHttpResponse, response))
    response.close()
    headers = {
        name: value for name, value in response.items() if name not in {"Accept-Ranges", "Content-Length"}
    }
    if encoding:
        headers["Content-Encoding"] = encoding
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if is_minified(name):
        content = minified(name, content)
    if encoding:
        content = compressed(content, encoding)
    return HttpResponse(content, headers=headers | {"Content-Length": str(len(content))})


@lru_cache(maxsize=FILES)
def compressed(plain: bytes, encoding: str) -> bytes:
    """As `br` or `gzip`."""
    if encoding == "gzip":
        return gzip.compress(plain, 9, mtime=0)
    return cast(bytes, brotli.compress(plain, quality=11 if len(plain) < _SMALL else 6))
