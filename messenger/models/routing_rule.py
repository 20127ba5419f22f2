from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Branch, Region
from messenger.models.inbox import Inbox


class RoutingRuleQuerySet(models.QuerySet["RoutingRule"]):
    def in_order(self) -> "RoutingRuleQuerySet":
        """The order in which rules are asked: by priority, those that take everything last."""
        return self.order_by("is_fallback", "priority", "pk")

    def usable(self) -> "RoutingRuleQuerySet":
        """Active ones that lead somewhere: nobody works in an inactive branch, or behind an inactive inbox."""
        return self.filter(
            Q(branch__is_active=True) | Q(inbox__is_active=True, inbox__branch__is_active=True),
            is_active=True,
        )


class RoutingRule(models.Model):
    """Where conversations of global inboxes go, by the contact's region; the first rule that takes it wins."""

    name = models.CharField(_("name"), max_length=120)
    priority = models.PositiveIntegerField(
        _("priority"), default=100, help_text=_("Lower numbers are asked first.")
    )
    regions = models.ManyToManyField(
        Region, verbose_name=_("regions"), related_name="routing_rules", blank=True
    )
    is_fallback = models.BooleanField(
        pgettext_lazy("routing rule", "takes the rest"),
        default=False,
        help_text=_("Takes what no other rule takes, visitors of unknown regions too. Asked last."),
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="routing_rules",
    )
    inbox = models.ForeignKey(
        Inbox,
        verbose_name=_("inbox"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="routing_rules",
        limit_choices_to={"branch__isnull": False},
        help_text=_("Instead of a branch: the branch of this inbox."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["is_fallback", "priority", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(branch__isnull=False, inbox__isnull=True)
                | Q(branch__isnull=True, inbox__isnull=False),
                name="messenger_rule_one_destination",
                violation_error_message=_("Choose a branch or an inbox, and not both."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def destination(self) -> Branch | None:
        """The branch that gets the conversations; None only for an inbox that is global, which no rule may name."""
        return self.inbox.branch if self.inbox else self.branch
