import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messenger.models.inbox import Inbox

# Known to whoever looks for secrets in code that was published by mistake.
KIND = "msgr_"
SHOWN_CHARACTERS = len(KIND) + 6
USE_IS_NOTED_EVERY = timedelta(minutes=1)
_FORM = re.compile(rf"{KIND}[A-Za-z0-9_-]{{43}}")


def digest_of(secret: str) -> str:
    """What of a token may be kept. 256 random bits need no slow hash: nobody finds them by trying."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Scope(models.TextChoices):
    """What a token is good for. To write doesn't include to read."""

    CONVERSATIONS_READ = "conversations:read", _("see conversations")
    CONVERSATIONS_WRITE = "conversations:write", _("assign, resolve, close and reopen conversations")
    MESSAGES_READ = "messages:read", _("read messages and files")
    MESSAGES_WRITE = "messages:write", _("write to clients")
    CONTACTS_READ = "contacts:read", _("see clients")
    CONTACTS_WRITE = "contacts:write", _("correct clients")


# A token can do nothing that its user may not do in the admin.
PERMISSIONS = {
    Scope.CONVERSATIONS_READ: "messenger.view_conversation",
    Scope.CONVERSATIONS_WRITE: "messenger.change_conversation",
    Scope.MESSAGES_READ: "messenger.view_conversation",
    Scope.MESSAGES_WRITE: "messenger.change_conversation",
    Scope.CONTACTS_READ: "messenger.view_contact",
    Scope.CONTACTS_WRITE: "messenger.change_contact",
}


class IntegrationTokenQuerySet(models.QuerySet["IntegrationToken"]):
    def by_secret(self, secret: str) -> "IntegrationToken | None":
        """The token, whether it still holds or not; what has not the form of one asks no database."""
        if not _FORM.fullmatch(secret):
            return None
        through = IntegrationToken.inboxes.through.objects
        own = through.filter(integrationtoken=OuterRef("pk")).values("inbox_id")
        found = self.select_related("acts_as").annotate(inbox_ids=ArraySubquery(own))
        return found.filter(digest=digest_of(secret)).first()

    def note_use(self, token: "IntegrationToken", now: datetime) -> None:
        """Written once a minute, whatever comes."""
        if token.last_used_at is None or token.last_used_at <= now - USE_IS_NOTED_EVERY:
            stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_IS_NOTED_EVERY)
            self.filter(stale, pk=token.pk).update(last_used_at=now)


class IntegrationToken(models.Model):
    """Lets a program use `/api/messenger/v1/` as a user: within its scopes and inboxes, and never beyond what the
    user may do. The secret itself is shown once and kept nowhere."""

    name = models.CharField(
        pgettext_lazy("thing", "name"),
        max_length=80,
        help_text=_("What uses it, such as “Bot of the shop” or “1C”."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("begins with"), max_length=SHOWN_CHARACTERS, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=30, choices=Scope.choices),
        verbose_name=_("allowed"),
        default=list,
    )
    inboxes = models.ManyToManyField(
        Inbox,
        verbose_name=_("inboxes"),
        blank=True,
        related_name="+",
        help_text=_("Only the clients and conversations of these. Empty: of all that the user sees."),
    )
    # Without an inbox that was deleted there would be no limit left.
    is_limited = models.BooleanField(_("limited to inboxes"), default=False, editable=False)
    acts_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acts as"),
        on_delete=models.PROTECT,
        related_name="integration_tokens",
        help_text=_("Under whose name it writes and assigns; it sees what this user sees. Chosen once."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: until it is revoked.")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = IntegrationTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="messenger_token_digest_form"
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values), name="messenger_token_scopes_known"
            ),
            models.CheckConstraint(condition=Q(scopes__len__gte=1), name="messenger_token_has_a_scope"),
            models.UniqueConstraint(
                Lower("name"),
                name="messenger_token_name_unique",
                condition=Q(revoked_at__isnull=True),
                violation_error_message=_("There is a token of this name already. Revoke it first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def draw(self) -> str:
        """The secret of a token that is about to be stored."""
        secret = KIND + secrets.token_urlsafe(32)
        self.digest, self.prefix = digest_of(secret), secret[:SHOWN_CHARACTERS]
        return secret

    def limit_to(self, inboxes: Iterable[Inbox]) -> None:
        """To these alone; none: to all that its user sees."""
        chosen = list(inboxes)
        self.inboxes.set(chosen)
        self.is_limited = bool(chosen)
        self.save(update_fields=["is_limited"])

    def holds_at(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
