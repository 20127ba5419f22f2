"""The one place where errors become answers: `{"detail", "code"}` and, for fields, `"fields"`."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.response import Response

from crm.database_outage import is_outage, note_outage
from messenger.exceptions import Invalid, MessengerError, NotAllowed, NotFound, Retryable, Unavailable


class TooLarge(MessengerError):
    code = "invalid"
    status = 413
    detail = _("The request is too large.")


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler for the whole project; None for a bug, which is Django's to report."""
    error = _translate(exc)
    if isinstance(error, MessengerError):
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Retryable) else None
        return Response(error.payload(), status=error.status, headers=headers)
    if isinstance(error, drf.APIException):
        detail = str(error.detail) if isinstance(error.detail, str) else str(error.default_detail)
        return Response({"detail": detail, "code": error.default_code}, status=error.status_code)
    return None


def _translate(exc: Exception) -> Exception:
    """Errors of Django, DRF and the database as errors of the contract."""
    if isinstance(exc, drf.ValidationError):
        fields = exc.detail if isinstance(exc.detail, dict) else {}
        return Invalid(
            {name: list(found) if isinstance(found, list) else [found] for name, found in fields.items()}
        )
    if isinstance(exc, RequestDataTooBig):
        return TooLarge()
    if isinstance(exc, (drf.ParseError, SuspiciousOperation)):
        return Invalid()
    if isinstance(exc, Http404):
        return NotFound()
    if isinstance(exc, (PermissionDenied, drf.PermissionDenied)):
        return NotAllowed()
    if is_outage(exc):
        note_outage(exc)
        return Unavailable()
    return exc
