"""Forms of the admin that bring files: read only as far as may come in."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from messenger.models import Attachment, Inbox
from messenger.models.inbox import max_file_bytes
from messenger.services import attaching
from messenger.upload_handler import LimitingUploadHandler

type View = Callable[..., HttpResponseBase]


def takes_files(view: View) -> View:
    """Limits the upload before the check against CSRF, which reads the form."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.upload_handlers.insert(0, LimitingUploadHandler(request, max_file_bytes))
        return protected(request, *args, **kwargs)

    return limited


def stored_files(request: HttpRequest, *, conversation_id: int) -> AbstractContextManager[list[Attachment]]:
    """The form's files, stored as `attaching.stored` does it; raises what stopped the upload."""
    files: list[attaching.Upload] = list(request.FILES.getlist("files"))
    for handler in request.upload_handlers:
        if isinstance(handler, LimitingUploadHandler) and handler.refusal:
            raise handler.refusal
    if not files:
        return nullcontext([])
    inboxes = Inbox.objects.filter(conversations=conversation_id)
    allowed = inboxes.values_list("allowed_content_types", flat=True).get()
    return attaching.stored(files, attaching.Limits(allowed, max_file_bytes()))
