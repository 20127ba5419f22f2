"""The log of mails to visitors who left: to whom, what came of it, and whether they have seen the answer since."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from crm.large_list import LargeList
from crm.models import User
from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.conversation_number import number_in
from messenger.admin.visitor_mail_words import problem_words
from messenger.models import Contact, Conversation, Inbox, Message, VisitorMail
from messenger.services.contact_lookup import with_email

State = VisitorMail.State
COLORS = {State.WAITING: "info", State.SENT: "success", State.NOT_NEEDED: "default", State.FAILED: "danger"}
NOTHING = "–"
# Whoever has more conversations is shown by the newest of them.
MOST_FOUND = 1_000


def may_see(user: Any) -> bool:
    """Administrators who may see conversations and contacts: it says which client was written to."""
    return (
        isinstance(user, User)
        and user.is_messenger_administrator
        and user.has_perms(["messenger.view_conversation", "messenger.view_contact"])
    )


def shows_in_sidebar(request: HttpRequest) -> bool:
    return settings.MESSENGER_ENABLED and may_see(request.user)


class InboxFilter(admin.SimpleListFilter):
    """Mails know their inbox by the conversation alone."""

    title = _("inbox")
    parameter_name = "inbox"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        branch_id = user_of(request).branch_id
        inboxes = Inbox.objects.all() if branch_id is None else Inbox.objects.filter(branch__in=[branch_id])
        if branch_id is not None:
            inboxes |= Inbox.objects.filter(branch=None)
        return [(str(pk), name) for pk, name in inboxes.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[VisitorMail]) -> QuerySet[VisitorMail]:
        known = {key for key, _name in self.lookup_choices}
        value = self.value()
        return queryset.filter(conversation__inbox=int(value)) if value in known else queryset


@admin.register(VisitorMail)
class VisitorMailAdmin(LargeList[VisitorMail], MessengerAdmin[VisitorMail]):
    list_display = ("created_at", "contact", "about", "inbox", "shown_state", "why", "seen")
    list_filter = ("state", InboxFilter)
    list_filter_submit = False
    list_select_related = ("conversation__contact", "conversation__inbox")
    list_per_page = 50
    list_fullwidth = True
    empty_value_display = NOTHING
    search_fields = ("conversation",)
    search_help_text = _("The client's whole email, or the number of the conversation")
    ordering = ("-id",)
    sortable_by = ()
    actions = None
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("contact", "state_words"),
                    ("about", "inbox"),
                    ("created_at", "finished_at"),
                    ("attempts", "due"),
                    ("why", "seen"),
                )
            },
        ),
    )
    readonly_fields = (
        "contact",
        "state_words",
        "about",
        "inbox",
        "created_at",
        "finished_at",
        "attempts",
        "due",
        "why",
        "seen",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[VisitorMail]:
        """An administrator of a branch sees those of its conversations."""
        last = Message.objects.filter(pk=OuterRef("up_to_message_id"))
        found = super().get_queryset(request).annotate(seen_at=Subquery(last.values("read_at")))
        branch_id = user_of(request).branch_id
        return found if branch_id is None else found.filter(conversation__branch=branch_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[VisitorMail], search_term: str
    ) -> tuple[QuerySet[VisitorMail], bool]:
        """By the address that the client has now: the log keeps none."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        number = number_in(wanted)
        ids = [number] if number is not None else _conversations_of(wanted)
        return queryset.filter(conversation__in=ids), False

    @admin.display(description=_("client"))
    def contact(self, mail: VisitorMail) -> str:
        contact = mail.conversation.contact
        url = reverse("admin:messenger_contact_change", args=[contact.pk])
        return format_html('<a href="{}">{}</a>', url, contact.label)

    @admin.display(description=_("conversation"))
    def about(self, mail: VisitorMail) -> str:
        url = reverse("admin:messenger_conversation_change", args=[mail.conversation_id])
        return format_html('<a href="{}">#{}</a>', url, mail.conversation_id)

    @admin.display(description=_("inbox"))
    def inbox(self, mail: VisitorMail) -> str:
        return mail.conversation.inbox.name

    @display(description=_("state"), label=COLORS)
    def shown_state(self, mail: VisitorMail) -> tuple[str, str]:
        return mail.state, str(mail.get_state_display())

    @admin.display(description=_("state"))
    def state_words(self, mail: VisitorMail) -> str:
        """In the form, where a label of the list would show as it is kept."""
        return mail.get_state_display()

    @admin.display(description=_("problem"))
    def why(self, mail: VisitorMail) -> str:
        return problem_words(mail.problem) or NOTHING

    @admin.display(description=_("seen by the client"))
    def seen(self, mail: Any) -> Any:
        return mail.seen_at

    @admin.display(description=_("next attempt"))
    def due(self, mail: VisitorMail) -> Any:
        return mail.due_at if mail.state == State.WAITING else None

    def has_view_permission(self, request: HttpRequest, obj: VisitorMail | None = None) -> bool:
        return may_see(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return shows_in_sidebar(request)

    def has_change_permission(self, request: HttpRequest, obj: VisitorMail | None = None) -> bool:
        """A log is read."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: VisitorMail | None = None) -> bool:
        return False


def _conversations_of(email: str) -> list[int]:
    """Keys at once: joined to a log of a million, they would be looked for along the log."""
    contacts = list(with_email(Contact.objects.all(), email).values_list("pk", flat=True)[:MOST_FOUND])
    found = Conversation.objects.filter(contact__in=contacts).order_by("-pk")
    return list(found.values_list("pk", flat=True)[:MOST_FOUND])
