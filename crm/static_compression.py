"""Compresses static files where no proxy and no collectstatic has done it, each once per process."""

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

_TEXT = re.compile(r"(text/|application/(json|javascript|manifest\+json)|image/svg\+xml)")
_ACCEPTED = {
    name: re.compile(rf"(^|[\s,]){name}(?!\s*;\s*q=0(\.0+)?\s*(,|$))(\s*[;,]|\s*$)")
    for name in ("br", "gzip")
}
# The last steps of brotli cost a second for unfold's larger files and win a few per cent.
_SMALL = 100_000
FILES = 256


class StaticCompressionMiddleware:
    """Stands before WhiteNoise. Answers of the API are too short to gain, and pages mix secrets with what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not request.path.startswith(settings.STATIC_URL) or not _is_worth_it(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = next((name for name, pattern in _ACCEPTED.items() if pattern.search(accepted)), None)
        return response if encoding is None else _compressed(request, response, encoding)


def _is_worth_it(response: HttpResponseBase) -> bool:
    return (
        response.status_code == 200
        and not response.has_header("Content-Encoding")
        and _TEXT.match(response.get("Content-Type", "")) is not None
    )


def _compressed(request: HttpRequest, response: HttpResponseBase, encoding: str) -> HttpResponse:
    plain = b"".join(cast(StreamingHttpResponse, response))
    response.close()
    headers = {name: value for name, value in response.items() if name != "Accept-Ranges"}
    if request.method != "HEAD":
        body = compress(plain, encoding)
        headers["Content-Length"] = str(len(body))
    else:
        body = b""
        headers.pop("Content-Length", None)
    if "ETag" in headers and not headers["ETag"].startswith("W/"):
        headers["ETag"] = f"W/{headers['ETag']}"
    return HttpResponse(body, headers=headers | {"Content-Encoding": encoding})


@lru_cache(maxsize=FILES)
def compress(plain: bytes, encoding: str) -> bytes:
    """As `br` or `gzip`."""
    if encoding == "gzip":
        return gzip.compress(plain, 9, mtime=0)
    return cast(bytes, brotli.compress(plain, quality=11 if len(plain) < _SMALL else 6))
