from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Branch, User
from messenger.models.contact import Contact
from messenger.models.inbox import Inbox

ACTIVE = ("open", "pending", "resolved")
UNFINISHED = ("open", "pending")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> "ConversationQuerySet":
        """Administrators see all; operators their branch's and those assigned to them."""
        if user.is_messenger_administrator:
            return self
        return (
            self.filter(Q(branch=user.branch_id) | Q(assignee=user))
            if user.branch_id
            else self.filter(assignee=user)
        )

    def visible_parts(self, user: User) -> "list[ConversationQuerySet]":
        """The same as `visible_to` in parts that overlap: of each an index gives the newest, of an OR none does."""
        if user.is_messenger_administrator:
            return [self]
        own = self.filter(assignee=user)
        return [self.filter(branch=user.branch_id), own] if user.branch_id else [own]

    def started(self) -> "ConversationQuerySet":
        """Those in which something was written; a visitor who only looked disturbs nobody."""
        return self.filter(last_message_id__isnull=False)

    def unfinished(self) -> "ConversationQuerySet":
        return self.filter(status__in=UNFINISHED)

    def waiting(self) -> "ConversationQuerySet":
        """Those that wait for anybody, the longest first."""
        return self.started().unfinished().filter(assignee__isnull=True).order_by("waiting_since", "pk")

    def unopened_since(self, moment: datetime) -> "ConversationQuerySet":
        """Assigned at this moment at the latest, and not opened by their operator.

        The longest first; those for which nobody was left come behind the others, which can still be helped.
        """
        unopened = self.started().filter(
            assignee__isnull=False, assignee_opened_at__isnull=True, assignee_assigned_at__lte=moment
        )
        return unopened.unfinished().order_by(
            F("escalation_failed_at").asc(nulls_first=True), "assignee_assigned_at", "pk"
        )

    def orphaned(self) -> "ConversationQuerySet":
        """Those whose operator doesn't work here any more."""
        return self.started().unfinished().filter(assignee__is_active=False).order_by("pk")

    def forsaken(self) -> "ConversationQuerySet":
        """Those that nobody of the branch opened, with nobody left to give them to."""
        return self.unfinished().filter(escalation_failed_at__isnull=False)

    def quiet_since(self, moment: datetime) -> "ConversationQuerySet":
        """Resolved ones without a message since this moment, the oldest first (messenger_conv_quiet)."""
        resolved = self.filter(status="resolved", last_message_at__lt=moment)
        return resolved.order_by("last_message_at", "pk")

    def empty_since(self, age: timedelta) -> "ConversationQuerySet":
        return self.filter(last_message_id__isnull=True, created_at__lt=timezone.now() - age)

    def unread_of(self, user: User) -> int:
        """Sum of unread messages over the user's unfinished conversations: one index range."""
        total = self.filter(assignee=user, status__in=UNFINISHED).aggregate(n=models.Sum("unread_count"))["n"]
        return total or 0


class Conversation(models.Model):
    """A visitor's conversation. Changes only through `messenger.services`; the database holds the invariants."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        PENDING = "pending", _("pending")
        RESOLVED = "resolved", _("resolved")
        CLOSED = "closed", _("closed")

    inbox = models.ForeignKey(
        Inbox, verbose_name=_("inbox"), on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        on_delete=models.PROTECT,
        related_name="conversations",
        db_index=False,
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="conversations"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assigned_conversations",
        db_index=False,
    )
    assignee_assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    assignee_opened_at = models.DateTimeField(_("opened by the operator"), null=True, blank=True)
    assignee_last_read_at = models.DateTimeField(_("last read by the operator"), null=True, blank=True)
    escalation_failed_at = models.DateTimeField(_("nobody left to give it to"), null=True, blank=True)
    unread_count = models.PositiveIntegerField(_("unread"), default=0)
    operator_read_up_to = models.BigIntegerField(_("read up to message"), default=0)
    last_message_id = models.BigIntegerField(_("last message"), null=True, blank=True)
    last_message_at = models.DateTimeField(_("last message at"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    rating_score = models.SmallIntegerField(_("rating"), null=True, blank=True)
    # Of what the score is: what the inbox asked for then. Empty where nothing was rated, or before this was kept.
    rating_type = models.CharField(
        _("kind of rating"),
        max_length=5,
        choices=Inbox.RatingType.choices,
        blank=True,
        default="",
        db_default="",
    )
    rating_comment = models.TextField(_("comment on the rating"), blank=True)
    rated_at = models.DateTimeField(_("rated at"), null=True, blank=True)
    page_url = models.TextField(_("page"), blank=True)
    referrer = models.TextField(_("referrer"), blank=True)
    locale = models.CharField(_("language"), max_length=35, blank=True)
    meta = models.JSONField(_("data from the page"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    labels = models.ManyToManyField(
        "messenger.Label",
        verbose_name=_("labels"),
        through="messenger.ConversationLabel",
        related_name="conversations",
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        permissions = [("export_conversation", _("Can export conversations"))]
        constraints = [
            models.UniqueConstraint(
                fields=["inbox", "contact"],
                condition=Q(status__in=ACTIVE),
                name="messenger_one_active_conversation",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "pending", "resolved", "closed"]),
                name="messenger_conversation_status_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    assignee__isnull=True, assignee_assigned_at__isnull=True, assignee_opened_at__isnull=True
                )
                | Q(assignee__isnull=False, assignee_assigned_at__isnull=False),
                name="messenger_conversation_assigned_at",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="messenger_conversation_closed_at",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved") | Q(resolved_at__isnull=False),
                name="messenger_conversation_resolved_at",
            ),
            models.CheckConstraint(
                condition=Q(last_message_id__isnull=True, last_message_at__isnull=True)
                | Q(last_message_id__isnull=False, last_message_at__isnull=False),
                name="messenger_conversation_last_message",
            ),
            models.CheckConstraint(
                condition=Q(rating_score__isnull=True, rated_at__isnull=True)
                | Q(rating_score__isnull=False, rating_score__range=(0, 10), rated_at__isnull=False),
                name="messenger_conversation_rating",
            ),
            models.CheckConstraint(
                condition=Q(rating_type="")
                | Q(rating_type="nps", rating_score__isnull=False)
                | Q(rating_type="stars", rating_score__isnull=False, rating_score__range=(1, 5)),
                name="messenger_conversation_rating_type",
            ),
        ]
        indexes = [
            models.Index(
                F("assignee"),
                F("last_message_at").desc(),
                F("id").desc(),
                name="messenger_conv_mine",
                condition=Q(status__in=UNFINISHED),
            ),
            models.Index(
                fields=["assignee"],
                include=["unread_count"],
                name="messenger_conv_unread",
                condition=Q(status__in=UNFINISHED, unread_count__gt=0),
            ),
            models.Index(
                F("branch"), F("last_message_at").desc(), F("id").desc(), name="messenger_conv_branch"
            ),
            models.Index(F("last_message_at").desc(), F("id").desc(), name="messenger_conv_recent"),
            models.Index(
                fields=["assignee_assigned_at"],
                name="messenger_conv_unopened",
                condition=Q(status__in=UNFINISHED, assignee__isnull=False, assignee_opened_at__isnull=True),
            ),
            models.Index(
                fields=["branch", "waiting_since", "id"],
                name="messenger_conv_waiting",
                condition=Q(status__in=UNFINISHED, assignee__isnull=True, last_message_id__isnull=False),
            ),
            models.Index(
                fields=["branch"],
                name="messenger_conv_forsaken",
                condition=Q(status__in=UNFINISHED, escalation_failed_at__isnull=False),
            ),
            models.Index(
                fields=["last_message_at", "id"], name="messenger_conv_quiet", condition=Q(status="resolved")
            ),
            models.Index(
                fields=["created_at"], name="messenger_conv_empty", condition=Q(last_message_id__isnull=True)
            ),
            # What the list is filtered by, each in the list's order.
            models.Index(
                F("assignee"), F("last_message_at").desc(), F("id").desc(), name="messenger_conv_operator"
            ),
            models.Index(
                F("inbox"), F("last_message_at").desc(), F("id").desc(), name="messenger_conv_inbox"
            ),
            models.Index(
                F("branch"),
                F("last_message_at").desc(),
                F("id").desc(),
                name="messenger_conv_branch_resolved",
                condition=Q(status="resolved"),
            ),
            models.Index(
                F("branch"),
                F("last_message_at").desc(),
                F("id").desc(),
                name="messenger_conv_branch_live",
                condition=Q(status__in=UNFINISHED),
            ),
            *(
                models.Index(
                    *(F(name) for name in column),
                    F("last_message_at").desc(),
                    F("id").desc(),
                    include=["rating_score", "rating_type", "status", "branch", "inbox"],
                    name=f"messenger_conv_rated_{of}",
                    condition=Q(rating_score__isnull=False),
                )
                for of, column in (("all", ()), ("branch", ("branch",)), ("operator", ("assignee",)))
            ),
            models.Index(
                fields=["waiting_since"],
                name="messenger_conv_waiting_since",
                condition=Q(waiting_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact.label} #{self.pk}"

    def is_visible_to(self, user: User) -> bool:
        """As the queryset's `visible_to` says it, of a row that is at hand: under its lock without a query."""
        in_branch = user.branch_id is not None and self.branch_id == user.branch_id
        return user.is_messenger_administrator or in_branch or self.assignee_id == user.pk

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED
