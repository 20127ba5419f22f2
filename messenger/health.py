"""The diagnosis, as a page for administrators and as JSON for monitors."""

import hmac

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg_pool import PoolTimeout

from messenger.exceptions import MessengerError, NotAllowed
from messenger.services.diagnosis import diagnose, overall

PERMISSION = "messenger.view_inbox"


class TokenInvalid(NotAllowed):
    status = 401
    detail = gettext_lazy("The token is missing or wrong.")


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """It answers while the database is away, too: then only who has the token can be let in."""
    answer = _answer_monitor if _is_for_monitor(request) else _answer_person
    try:
        return answer(request)
    except (DatabaseTrouble, PoolTimeout):
        return _answer_without_database(request)


def _is_for_monitor(request: HttpRequest) -> bool:
    wanted = request.get_preferred_type(["text/html", "application/json"])
    return _token(request) is not None or wanted == "application/json"


def _token(request: HttpRequest) -> str | None:
    """As it was presented; None where there is none."""
    scheme, _separator, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.headers.get("X-Health-Token")


def _is_right(token: str) -> bool:
    """Compares in constant time. While no token is set none is right."""
    expected = settings.MESSENGER_HEALTH_TOKEN
    return bool(expected) and hmac.compare_digest(token.encode(), expected.encode())


def _refusal(request: HttpRequest) -> MessengerError | None:
    """Why the monitor may not see the diagnosis: a token that is presented is all that counts."""
    token = _token(request)
    if token is None and request.user.is_authenticated:
        return None if request.user.has_perm(PERMISSION) else NotAllowed()
    return None if token is not None and _is_right(token) else TokenInvalid()


def _answer_monitor(request: HttpRequest) -> HttpResponse:
    refusal = _refusal(request)
    if refusal is not None:
        return JsonResponse(refusal.payload(), status=refusal.status, headers={"WWW-Authenticate": "Bearer"})
    findings = diagnose()
    status = overall(findings)
    checks = {finding.name: {"level": finding.level, "detail": finding.detail} for finding in findings}
    return JsonResponse({"status": status, "checks": checks}, status=503 if status == "error" else 200)


def _answer_person(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    findings = diagnose()
    context = {
        **admin.site.each_context(request),
        "title": _("Diagnosis"),
        "findings": findings,
        "status": overall(findings),
    }
    return render(request, "admin/messenger/diagnosis.html", context)


def _answer_without_database(request: HttpRequest) -> HttpResponse:
    if _is_for_monitor(request):
        return JsonResponse({"status": "error", "detail": _("The database does not answer.")}, status=503)
    return HttpResponse(render_to_string("messenger/no_database.html"), status=503)
