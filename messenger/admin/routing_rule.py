"""Routing rules: to which branch a global inbox's visitors of a region go, and what is wrong with the rules."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.admin_base import ModelForm
from messenger.admin.base import MessengerAdmin
from messenger.admin.routing_tester import PARAMETERS, RoutingTester
from messenger.lib.listing import some
from messenger.models import RoutingRule
from messenger.services.routing_advice import Remark, Survey, explain_rest, never, survey

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

REGIONS_SHOWN = 3


class RoutingRuleForm(ModelForm[RoutingRule]):
    class Meta:
        model = RoutingRule
        fields = "__all__"
        error_messages = {
            "inbox": {"invalid_choice": _("This inbox has no branch of its own: choose one that has.")}
        }

    def clean(self) -> dict[str, Any]:
        """What belongs together; that there is one destination the model says itself."""
        cleaned = super().clean() or {}
        self._check_regions(cleaned)
        if cleaned.get("is_active"):
            self._check_destination(cleaned)
        return cleaned

    def _check_regions(self, cleaned: dict[str, Any]) -> None:
        has_regions = bool(cleaned.get("regions"))
        if cleaned.get("is_fallback") and has_regions:
            self.add_error("regions", _("A rule that takes the rest takes every region: name none."))
        if not cleaned.get("is_fallback") and not has_regions and "regions" not in self.errors:
            self.add_error("regions", _("Choose at least one region, or let the rule take the rest."))

    def _check_destination(self, cleaned: dict[str, Any]) -> None:
        branch, inbox = cleaned.get("branch"), cleaned.get("inbox")
        if branch and not branch.is_active:
            self.add_error("branch", _("This branch is inactive: nobody answers there."))
        if inbox and not inbox.is_active:
            self.add_error("inbox", _("This inbox is inactive."))
        elif inbox and not inbox.branch.is_active:
            self.add_error("inbox", _("The branch of this inbox is inactive: nobody answers there."))


class RoutingChangeList(ChangeList):
    """The rules of the page as the survey has them: nothing is asked per row."""

    survey: Survey
    rest: str

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        for name in PARAMETERS:
            found.pop(name, None)
        return found

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.survey = survey()
        self.rest = explain_rest(self.survey.rest)
        shown = {rule.pk for rule in self.result_list}
        self.result_list = [rule for rule in self.survey.rules if rule.pk in shown]
        for rule in self.result_list:
            rule.remarks = self.survey.remarks.get(rule.pk, [])


@admin.register(RoutingRule)
class RoutingRuleAdmin(MessengerAdmin[RoutingRule]):
    form = RoutingRuleForm
    own_parameters = (SEARCH_VAR, *PARAMETERS)
    list_display = (
        "name",
        "region_names",
        "destination_name",
        "priority",
        "takes_rest",
        "is_active",
        "advice",
    )
    sortable_by = ()
    list_fullwidth = True
    list_before_template = "admin/messenger/routing_rule/trouble.html"
    list_after_template = "admin/messenger/routing_rule/below_list.html"
    search_fields = ("name", "regions__name", "branch__name", "inbox__name")
    search_help_text = _("Name, region or branch")
    actions = None
    autocomplete_fields = ("regions", "branch", "inbox")
    fieldsets = (
        (None, {"fields": (("name", "priority"), "is_active")}),
        (_("Whom it takes"), {"fields": ("regions", "is_fallback")}),
        (_("Where they go"), {"fields": (("branch", "inbox"),)}),
    )

    @admin.display(description=_("regions"))
    def region_names(self, rule: RoutingRule) -> str:
        if rule.is_fallback:
            return gettext("All the rest")
        return some([region.name for region in rule.regions.all()], REGIONS_SHOWN)

    @admin.display(description=_("branch"))
    def destination_name(self, rule: RoutingRule) -> str:
        branch = str(rule.destination or "")
        return f"{branch} ({rule.inbox})" if rule.inbox else branch

    @admin.display(description=pgettext_lazy("routing rule", "takes the rest"))
    def takes_rest(self, rule: RoutingRule) -> str:
        """In words: a red cross would look as if something were wrong with every other rule."""
        return gettext("yes") if rule.is_fallback else ""

    @admin.display(description=pgettext_lazy("routing rule", "remark"), empty_value="")
    def advice(self, rule: RoutingRule) -> SafeString:
        remarks: list[Remark] = getattr(rule, "remarks", [])
        return format_html_join(" ", "{}", ((_badge(remark),) for remark in remarks))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RoutingChangeList]:
        return RoutingChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": _("Routing"), "tester": RoutingTester.of(request.GET)}
        return super().changelist_view(request, context | (extra_context or {}))

    def response_add(
        self, request: HttpRequest, obj: RoutingRule, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        _warn(request, obj)
        return response

    def response_change(self, request: HttpRequest, obj: RoutingRule) -> HttpResponse:
        response = super().response_change(request, obj)
        _warn(request, obj)
        return response


def _badge(remark: Remark) -> SafeString:
    word, kind = (
        (gettext("never matches"), "never") if remark.never else (gettext("partly shadowed"), "partly")
    )
    return format_html(
        '<span class="msgr-remark"><span class="msgr-tag msgr-remark-{}">{}</span> {}</span>',
        kind,
        word,
        remark.sentence,
    )


def _warn(request: HttpRequest, rule: RoutingRule) -> None:
    """A rule that can't work may be saved, but not without its author being told."""
    remarks = survey().remarks.get(rule.pk, [])
    if not remarks:
        return
    told = (
        gettext("“%(rule)s” never matches.") if never(remarks) else gettext("“%(rule)s” is partly shadowed.")
    )
    sentences = [told % {"rule": rule.name}, *(remark.sentence for remark in remarks)]
    messages.warning(request, " ".join(sentences))
