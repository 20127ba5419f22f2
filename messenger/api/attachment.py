"""Hands out an attachment: to the visitor's session, or to whoever holds a signed link."""

import logging
import uuid
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from messenger.api.description import described
from messenger.api.visitor_request import WidgetView
from messenger.exceptions import NotFound
from messenger.lib.byte_range import RangeNotSatisfiable, parse_range
from messenger.lib.storage_errors import storage_errors
from messenger.lib.uploads import INLINE_TYPES
from messenger.models import Attachment, Message
from messenger.services import attachment_links, visitors
from messenger.utils import ensure_messenger_enabled_api

logger = logging.getLogger(__name__)

BLOCK = 65_536
# Shown or kept as a file: in no case does it run or frame anything with the CRM's rights.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Accept-Ranges": "bytes",
}
PARAMETERS = [
    OpenApiParameter("attachment_id", uuid.UUID, OpenApiParameter.PATH),
    OpenApiParameter("e", int, description="Until when the signed link holds, in seconds since 1970."),
    OpenApiParameter("s", str, description="Signature of the link; then no tokens are needed."),
    OpenApiParameter("download", int, enum=[1], description="To be saved, whatever the file is."),
    OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range of bytes."),
    OpenApiParameter(
        "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what is kept."
    ),
    OpenApiParameter(
        "If-Range", str, OpenApiParameter.HEADER, description="The `ETag` of what a part is of."
    ),
    OpenApiParameter("Content-Range", str, OpenApiParameter.HEADER, response=[206, 416], required=True),
    *(
        OpenApiParameter(name, str, OpenApiParameter.HEADER, response=[200, 206], required=True)
        for name in ("ETag", "Content-Disposition", "Cache-Control", *HEADERS)
    ),
]
ANSWERS = {
    (200, "*/*"): OpenApiResponse(bytes, "The file."),
    (206, "*/*"): OpenApiResponse(bytes, "The part that `Range` asks for."),
    304: OpenApiResponse(None, "What is kept still holds."),
    416: OpenApiResponse(None, "`Range` begins behind the end."),
}


class AttachmentView(WidgetView):
    """The file, as it was made harmless when it came in."""

    _seconds_left = 0

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if "s" not in request.query_params:
            super().initial(request, *args, **kwargs)
            self._seconds_left = settings.MESSENGER_ATTACHMENT_LINK_SECONDS
            return
        ensure_messenger_enabled_api()
        self.visit.count(self.what)
        self.visit.origin_allowed = True
        said = request.query_params
        attachment_id = _id_of(kwargs["attachment_id"])
        self._seconds_left = attachment_links.seconds_left(attachment_id, said.get("e", ""), said["s"])
        if not self._seconds_left:
            raise NotFound

    @described("attachment", None, ANSWERS, errors={404: ["not_found"]}, parameters=PARAMETERS)
    def get(self, request: Request, attachment_id: str) -> HttpResponseBase:
        attachment = self._find(_id_of(attachment_id))
        etag = f'"{attachment.sha256}"'
        kept = get_conditional_response(request._request, etag=etag)  # noqa: SLF001  (DRF hides it)
        response = _respond(attachment, request, etag) if kept is None else kept
        for name, value in HEADERS.items():
            response[name] = value
        response["ETag"] = etag
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if "s" not in request.query_params:
            # The address is the same for all: what one session may see, the browser keeps from the next.
            patch_vary_headers(response, ["X-Widget-Token", "X-Widget-Session"])
        if response.status_code < 400:
            response["Cache-Control"] = f"private, max-age={self._seconds_left}"
        return response

    def _find(self, attachment_id: uuid.UUID) -> Attachment:
        """By a signed link any file; by a session those of its contact, and never a note's among operators."""
        attachments = Attachment.objects.filter(pk=attachment_id)
        if "s" not in self.request.query_params:
            contact_id = self.visit.session.contact_id
            visitors.refuse_blocked(contact_id)
            attachments = attachments.filter(message__conversation__contact=contact_id).exclude(
                message__direction=Message.Direction.INTERNAL
            )
        attachment = attachments.first()
        if attachment is None:
            raise NotFound
        return attachment


def _id_of(text: str) -> uuid.UUID:
    """The id in an address; what is none is nobody's. As a converter it would end in Django's page for humans."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _respond(attachment: Attachment, request: Request, etag: str) -> HttpResponseBase:
    # A part of another version would not fit to what the client has.
    if_range = request.headers.get("If-Range", etag)
    try:
        part = parse_range(request.headers.get("Range") if if_range == etag else None, attachment.size)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{attachment.size}"})
    try:
        file = attachment.file.open("rb")
    except storage_errors() as error:
        logger.error("The file of attachment %s can't be read: %s", attachment.pk, type(error).__name__)
        raise NotFound from error
    first, last = part or (0, attachment.size - 1)
    content = Part(file, first, last)
    response = StreamingHttpResponse(content, status=206 if part else 200)
    response["Content-Type"] = attachment.content_type
    response["Content-Length"] = str(content.size)
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{attachment.size}"
    saves = attachment.content_type not in INLINE_TYPES or request.query_params.get("download") == "1"
    response["Content-Disposition"] = content_disposition_header(saves, attachment.original_name) or "inline"
    return response


class Part:
    """Bytes of a file from `first` to `last`; closed with the answer, which may never be read."""

    def __init__(self, file: IO[bytes], first: int, last: int) -> None:
        self._file = file
        self._first = first
        self.size = last - first + 1
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._first)
        left = self.size
        while left > 0 and (block := self._file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
