"""Pages that bring themselves up to date ask for a part of themselves, by a header."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from crm.session_life import BY_SCRIPT
from messenger.exceptions import MessengerError

# The marks of the rows that the page has already, with commas between them.
KNOWN_HEADER = "X-Messenger-Known"


def wants_part(request: HttpRequest) -> bool:
    """A browser sends this header to its own origin only, and never for a link or a form."""
    return BY_SCRIPT in request.headers


def as_part(response: HttpResponse) -> HttpResponse:
    """Neither the browser nor a proxy may show the part in the page's place."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = BY_SCRIPT
    return response


def refusal(error: MessengerError) -> JsonResponse:
    return JsonResponse(error.payload(), status=error.status)


def sentence_of(error: MessengerError) -> str:
    """Of a form's error the sentence about the field says more."""
    fields = getattr(error, "fields", {})
    return " ".join(sentence for found in fields.values() for sentence in found) or str(error)


def part(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return as_part(TemplateResponse(request, template, context))
