"""The upload of an import, read only as far as it may come in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from messenger.admin.exchange.reading import FILE_BYTES
from messenger.upload_handler import LimitingUploadHandler

type View = Callable[..., HttpResponseBase]


def takes_table(view: View) -> View:
    """Limits the upload before the check against CSRF, which reads the form."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.upload_handlers.insert(0, LimitingUploadHandler(request, lambda: FILE_BYTES))
        return protected(request, *args, **kwargs)

    return limited


def was_too_large(request: HttpRequest) -> bool:
    handlers = request.upload_handlers
    return any(isinstance(handler, LimitingUploadHandler) and handler.refusal for handler in handlers)
