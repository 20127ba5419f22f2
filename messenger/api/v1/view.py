"""What every endpoint for integrations shares: token, scope, limit, and how a request is read."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from messenger.api.errors import TooLarge
from messenger.api.negotiation import JsonAnswers
from messenger.api.parsers import OrjsonParser, WholeFormParser
from messenger.api.renderers import OrjsonRenderer
from messenger.api.v1.access import Access
from messenger.api.v1.authentication import HasScope, TokenAuthentication
from messenger.api.visitor_request import checked_id
from messenger.exceptions import Invalid, NotFound, Throttled
from messenger.lib.rates import parse_rate
from messenger.lib.volatile import Limit
from messenger.models import IntegrationToken
from messenger.models.inbox import max_file_bytes
from messenger.models.integration_token import Scope
from messenger.services import attaching
from messenger.upload_handler import LimitingUploadHandler
from messenger.utils import ensure_messenger_enabled_api
from messenger.volatile import volatile


class IntegrationView(APIView):
    """For programs on servers: no cookies, and no answer that a page of another origin could read."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope]
    renderer_classes = [OrjsonRenderer]
    content_negotiation_class = JsonAnswers
    parser_classes = [OrjsonParser]
    http_method_names = ["get", "head", "post", "patch"]
    # The scope that each method needs.
    scopes: ClassVar[Mapping[str, Scope]] = {}
    takes_files: ClassVar[bool] = False
    _uploading: LimitingUploadHandler | None = None

    def get_parsers(self) -> list[BaseParser]:
        return [*super().get_parsers(), *([WholeFormParser()] if self.takes_files else [])]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """A form is read only as far as may come in, and only after the token was asked for."""
        if self._is_form(request):
            self._uploading = LimitingUploadHandler(request, max_file_bytes)
            request.upload_handlers.insert(0, self._uploading)
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        ensure_messenger_enabled_api()
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Counted before anything else is asked: what a token has no scope for counts as well."""
        super().perform_authentication(request)
        rate = parse_rate(settings.MESSENGER_THROTTLE_REST_TOKEN)
        if rate and isinstance(request.auth, IntegrationToken):
            limit = Limit(f"messenger:limit:rest:token:{request.auth.pk}", rate.limit, rate.seconds)
            if retry_after := volatile.look([], [limit]).retry_after:
                raise Throttled(retry_after)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        if response.status_code == 401:
            response["WWW-Authenticate"] = self.get_authenticate_header(request)
        return response

    @property
    def access(self) -> Access:
        token: Any = self.request.auth
        return Access(token, token.acts_as)

    def body(self) -> dict[str, Any]:
        """The parsed body; raises TooLarge, what stopped an upload, or Invalid where it is not an object."""
        # DRF's parsers read whatever comes into memory.
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if self._is_form(self.request):
            limit += attaching.MAX_FILES * max_file_bytes()
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise TooLarge
        data = self.request.data
        if self._uploading and self._uploading.refusal:
            raise self._uploading.refusal
        if not isinstance(data, dict):
            raise Invalid({"non_field_errors": [_("Send an object.")]})
        return data

    def files(self) -> "MultiValueDict[str, attaching.Upload]":
        """Those of the body, once it is known that it may be read."""
        self.body()
        found: MultiValueDict[str, attaching.Upload] = self.request.FILES
        return found

    def _is_form(self, request: HttpRequest | Request) -> bool:
        return self.takes_files and (request.content_type or "").lower().startswith("multipart/form-data")

    def said(self, form: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The checked body; raises Invalid."""
        return _checked(form(data=self.body(), partial=partial))

    def asked(self, form: type[Serializer[Any]]) -> dict[str, Any]:
        """The checked query string, with what was left out as None; raises Invalid."""
        query: Any = form(data=self.request.query_params)
        given = _checked(query)
        return {name: given.get(name) for name in query.fields}


def _checked(form: Serializer[Any]) -> dict[str, Any]:
    form.is_valid(raise_exception=True)
    found: dict[str, Any] = form.validated_data
    return found


def number_of(text: str) -> int:
    """The number in an address; what is none is nobody's."""
    try:
        return checked_id("id", text)
    except Invalid:
        raise NotFound from None


def uuid_of(text: str) -> UUID:
    """The same for contacts."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
