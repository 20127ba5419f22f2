"""What every endpoint of the widget shares: tokens, door, cross-origin headers."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from messenger.api.errors import TooLarge
from messenger.api.negotiation import JsonAnswers
from messenger.api.parsers import OrjsonParser, WholeFormParser
from messenger.api.renderers import OrjsonRenderer
from messenger.exceptions import Invalid
from messenger.lib.client_address import client_address, parse_networks
from messenger.models.inbox import max_file_bytes
from messenger.services import attaching
from messenger.services.visitor_gate import Visit, What
from messenger.upload_handler import LimitingUploadHandler
from messenger.utils import ensure_messenger_enabled_api

ALLOWED_HEADERS = (
    "accept-language, cache-control, content-type, last-event-id, x-widget-session, x-widget-token"
)
PREFLIGHT_SECONDS = "86400"


def request_address(request: HttpRequest) -> str:
    """The client's address behind trusted proxies."""
    meta, trusted = request.META, parse_networks(tuple(settings.MESSENGER_TRUSTED_PROXIES))
    return client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), trusted)


class WidgetView(APIView):
    """Public: no cookies, no session authentication, no CSRF. `what` names the limits that count."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = [OrjsonRenderer]
    content_negotiation_class = JsonAnswers
    parser_classes = [OrjsonParser, FormParser, WholeFormParser]
    what: ClassVar[What] = "POLL"
    needs_session: ClassVar[bool] = True
    takes_files: ClassVar[bool] = False
    format_kwarg = None
    visit: Visit
    _uploading: LimitingUploadHandler | None = None
    _body: dict[str, Any] | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The door: raises before the endpoint runs."""
        ensure_messenger_enabled_api()
        # Of what the framework does here: there are no users, no permissions and no versions.
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        if request.method == "OPTIONS":
            return
        self.visit.widget_token = self.text("widget_token", header="HTTP_X_WIDGET_TOKEN")
        self.visit.session_token = self.text("widget_session_token", header="HTTP_X_WIDGET_SESSION")
        if self.visit.origin:
            self.visit.own_origin = f"{request.scheme}://{request.get_host()}"
        self.visit.also = self.keys_to_look_for()
        uploads: list[What] = ["UPLOAD"] if self._is_upload(request) else []
        self.visit.admit(self.what, *uploads, needs_session=self.needs_session)

    def keys_to_look_for(self) -> list[str]:
        """What the endpoint will need of the cache, as far as it can be known at the door."""
        return []

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.visit = Visit(
            widget_token="",
            session_token="",
            address=request_address(request),
            origin=request.META.get("HTTP_ORIGIN", ""),
        )
        if self._is_upload(request):
            self._uploading = LimitingUploadHandler(request, self._max_file_bytes)
            request.upload_handlers.insert(0, self._uploading)
        return super().initialize_request(request, *args, **kwargs)

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Which methods there are is told to whoever asks so, or by another one; with each answer it is a load."""
        method = (self.request.method or "").lower()
        is_taken = method != "options" and method in self.http_method_names and hasattr(self, method)
        return {} if is_taken else super().default_response_headers

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Origin", "Accept-Language"])
        if self.visit.origin and self.visit.origin_allowed:
            response["Access-Control-Allow-Origin"] = self.visit.origin
            response["Access-Control-Expose-Headers"] = "Retry-After"
        response["Cache-Control"] = "no-store"
        return response

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """A preflight: it carries no token, so that any origin may go on to the request itself, which decides."""
        response = Response(status=204)
        self.visit.origin_allowed = True
        response["Access-Control-Allow-Methods"] = ", ".join(self.allowed_methods)
        response["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
        return response

    def body(self) -> dict[str, Any]:
        """The parsed body; raises TooLarge, or Invalid where JSON is not an object."""
        # What a form with files may have is known better once the inbox is.
        if self._body is None or self._uploading:
            self._body = self._read_body()
        return self._body

    def _read_body(self) -> dict[str, Any]:
        # DRF's parsers read whatever comes into memory; Django's own limit is for its own parsers.
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if self._is_upload(self.request):
            limit += attaching.MAX_FILES * self._max_file_bytes()
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise TooLarge
        data = self.request.data
        if self._uploading and self._uploading.refusal:
            raise self._uploading.refusal
        if not isinstance(data, dict):
            raise Invalid({"non_field_errors": [_("Send an object.")]})
        return data

    def _is_upload(self, request: HttpRequest | Request) -> bool:
        # Django gives it in small letters, and DRF as it came: parsers take it in any.
        return self.takes_files and (request.content_type or "").lower().startswith("multipart/form-data")

    def _max_file_bytes(self) -> int:
        """The inbox's limit where the headers have named it; else what no inbox goes beyond."""
        if self.visit.inbox is not None:
            return self.visit.inbox.file_limits.max_bytes
        return max_file_bytes()

    def value(self, name: str) -> Any:
        """From the body or, else, from the query string."""
        if self.request.method == "POST" and (value := self.body().get(name)) is not None:
            return value
        # Most have no query, and what Django makes of an empty one costs as much.
        return self.request.query_params.get(name) if self.request.META.get("QUERY_STRING") else None

    def text(self, name: str, *, header: str = "") -> str:
        # Of META, as `headers` brings each of them into another form first.
        value = self.request.META.get(header) if header else None
        value = self.value(name) if value is None else value
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Invalid({name: [_("Send a text.")]})
        return value.strip()

    def message_id(self, name: str) -> int | None:
        """A message's id, 0 or more; None where it is missing."""
        value = self.value(name)
        if value is None or value == "":
            return None
        return checked_id(name, value)


def checked_id(name: str, value: Any) -> int:
    """An id as JSON or a form sends it."""
    if (
        not isinstance(value, bool)
        and isinstance(value, int | str)
        and str(value).isascii()
        and str(value).isdigit()
        and len(str(value)) <= 19
        and (number := int(value)) < 2**63
    ):
        return number
    raise Invalid({name: [_("Send a whole number, 0 or more.")]})


def checked_uuid(name: str, value: Any) -> uuid.UUID | None:
    if value is None or value == "":
        return None
    try:
        return uuid.UUID(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise Invalid({name: [_("Send a UUID.")]}) from error
