"""Who asks: the token behind `Authorization: Bearer`, and whether it is good for what is asked."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from crm.models import User
from messenger.exceptions import MessengerError, NotAllowed
from messenger.lib import clock
from messenger.models import IntegrationToken
from messenger.models.integration_token import PERMISSIONS, Scope

SCHEME = "bearer"


class TokenInvalid(MessengerError):
    """One answer for all of them: a stranger learns nothing of what there was."""

    code = "token_invalid"
    status = 401
    detail = gettext_lazy("The token is unknown, expired or revoked.")


class ScopeMissing(MessengerError):
    code = "scope_missing"
    status = 403

    def __init__(self, scope: Scope) -> None:
        super().__init__(_("The token has not the scope %(scope)s.") % {"scope": scope.value})


class TokenAuthentication(BaseAuthentication):
    """The user as whom the token acts, and the token. Cookies play no part, and so no CSRF."""

    def authenticate(self, request: Request) -> tuple[User, IntegrationToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = IntegrationToken.objects.by_secret(secret.strip())
        now = clock.now()
        if token is None or not token.holds_at(now) or not token.acts_as.is_active:
            raise TokenInvalid
        IntegrationToken.objects.note_use(token, now)
        return token.acts_as, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="messenger"'


class HasScope(BasePermission):
    """The view's `scopes` name one per method; what has none is for every token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, IntegrationToken):
            return False
        scope = view.scopes.get("GET" if request.method == "HEAD" else request.method)
        if scope is None:
            return True
        if scope not in token.scopes:
            raise ScopeMissing(scope)
        if not token.acts_as.has_perm(PERMISSIONS[scope]):
            raise NotAllowed(_("The user as whom the token acts has no permission for this."))
        return True


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes it."""

    target_class = "messenger.api.v1.authentication.TokenAuthentication"
    name = "integrationToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": SCHEME, "description": "A token that an administrator made."}
