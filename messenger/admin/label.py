"""Labels: administrators keep them, operators look up those of their branch."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminColorInputWidget

from crm.admin_base import ModelForm
from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.exchange import LabelExchange
from messenger.admin.of_branch import OfBranch
from messenger.models import ConversationLabel, Label


class LabelForm(ModelForm[Label]):
    class Meta:
        model = Label
        fields = "__all__"
        widgets = {"color": UnfoldAdminColorInputWidget}

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


@admin.register(Label)
class LabelAdmin(OfBranch, LabelExchange, MessengerAdmin[Label]):
    form = LabelForm
    list_display = ("chip", "place")
    list_filter = ("branch",)
    list_filter_submit = False
    list_select_related = ("branch",)
    list_per_page = 100
    search_fields = ("name",)
    ordering = ("name", "pk")
    fieldsets = ((None, {"fields": (("name", "color"), "branch")}),)

    @admin.display(description=_("label"), ordering="name")
    def chip(self, label: Label) -> SafeString:
        """The color as an SVG's fill: the policy lets in no style of a cell's own but attributes."""
        return format_html(
            '<span class="msgr-label-name"><svg class="msgr-label-dot" viewBox="0 0 10 10" aria-hidden="true">'
            '<circle cx="5" cy="5" r="5" fill="{}"/></svg>{}</span>',
            label.color,
            label.name,
        )

    @admin.display(description=_("branch"), ordering="branch")
    def place(self, label: Label) -> str:
        return label.branch.name if label.branch else str(_("All branches"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Label]:
        return Label.objects.visible_to(user_of(request))

    def get_list_filter(self, request: HttpRequest) -> tuple[str, ...]:
        """Operators have one branch."""
        return self.list_filter if user_of(request).is_messenger_administrator else ()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        """Told by their number: Django would list each of a hundred thousand conversations."""
        labels = list(objs)
        links = ConversationLabel.objects.filter(label__in=labels).count()
        counts = {str(self.opts.verbose_name_plural): len(labels)}
        if links:
            counts[str(_("labels of conversations"))] = links
        theirs = all(self.has_delete_permission(request, label) for label in labels)
        needed = set() if theirs else {str(self.opts.verbose_name)}
        return [str(label) for label in labels], counts, needed, []
