"""Pages that mails to visitors lead to. To look at one changes nothing: mail programs fetch links by themselves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from messenger.models import Contact, Inbox
from messenger.services.visitor_mail import links
from messenger.services.visitor_mail.language import language_of
from messenger.services.visitor_mail.unsubscribing import subscribe, unsubscribe, wants_no_mail
from messenger.services.visitors import visitor_token
from messenger.utils import ensure_messenger_enabled_view

# The address holds a secret: it goes to no other site, into no store, and to no search engine.
HEADERS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@require_safe
def back(request: HttpRequest, signed: str) -> HttpResponse:
    """The conversation of whom the link names; the page's script hands them to the widget."""
    ensure_messenger_enabled_view()
    contact = links.contact_of_back(signed)
    return _gone(request) if contact is None else _conversation(request, contact.inbox, contact)


@require_safe
def back_again(request: HttpRequest) -> HttpResponse:
    """The same page without the secret, when it is loaded again: the browser remembers who it is."""
    ensure_messenger_enabled_view()
    token = request.GET.get("token", "").replace("\0", "")
    return _conversation(request, get_object_or_404(Inbox, widget_token=token, is_active=True))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def no_more_mail(request: HttpRequest, signed: str) -> HttpResponse:
    """A button, and what it does. Mail programs send the POST by themselves (RFC 8058), without cookies.

    It works while the messenger is off, too. `again` is what the page's other button says.
    """
    contact = links.contact_of_no_more(signed)
    if contact is None:
        return _gone(request)
    if request.method == "POST":
        (subscribe if request.POST.get("again") else unsubscribe)(contact)
    context = {"title": contact.inbox.title, "is_done": wants_no_mail(contact)}
    return _page(request, "messenger/mail/no_more.html", context, language=language_of(contact))


def _conversation(request: HttpRequest, inbox: Inbox, contact: Contact | None = None) -> HttpResponse:
    context = {
        "title": inbox.title,
        "inbox": inbox,
        "visitor_token": visitor_token(contact, by_mail=True) if contact else "",
        "mailed_to": masked(contact.email) if contact else "",
        "address": f"{reverse('visitor-back-again')}?{urlencode({'token': inbox.widget_token})}",
    }
    language = language_of(contact) if contact else translation.get_language() or "en"
    return _page(request, "messenger/mail/back.html", context, language=language)


def masked(address: str) -> str:
    """Enough to tell one's own from another's: a link may have been passed on, and by somebody who means ill."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 3 else ''}{at}{host}"


def _gone(request: HttpRequest) -> HttpResponse:
    context = {"title": _("This link works no more"), "days": links.BACK_DAYS}
    language = translation.get_language() or "en"
    return _page(request, "messenger/mail/gone.html", context, language=language, status=404)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, language: str, status: int = 200
) -> HttpResponse:
    with translation.override(language):
        page = render(request, template, context | {"language": language}, status=status)
    for name, value in (HEADERS | {"Content-Language": language}).items():
        page.headers[name] = value
    return page
