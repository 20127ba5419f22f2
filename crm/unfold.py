"""The admin's look and its sidebar."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# The widget's default colour, so that both sides look like one product.
BLUE = {
    "50": "oklch(97% .014 254.604)",
    "100": "oklch(93.2% .032 255.585)",
    "200": "oklch(88.2% .059 254.128)",
    "300": "oklch(80.9% .105 251.813)",
    "400": "oklch(70.7% .165 254.624)",
    "500": "oklch(66.5% .185 258)",
    "600": "oklch(54.6% .245 262.881)",
    "700": "oklch(48.8% .243 264.376)",
    "800": "oklch(42.4% .199 265.638)",
    "900": "oklch(37.9% .146 265.522)",
    "950": "oklch(28.2% .091 267.935)",
}

STYLES = (
    "tokens",
    "panel",
    "unfold",
    "tables",
    "list",
    "list-marks",
    "list-narrow",
    "filters",
    "workspace",
    "timeline",
    "files",
    "tray",
    "card",
    "selection",
    "dialog",
    "notices",
    "alerts",
    "routing",
    "diagnosis",
    "team",
    "hours",
    "exchange",
    "import",
    "door",
    "safety",
    "inbox",
    "inbox-preview",
    "attention",
    "note",
    "composer",
    "completion",
    "keys",
    "lightbox",
    "canned",
    "forms",
    "assign",
    "labels",
    "looking",
    "more",
    "privacy",
    "webhooks",
    "figures",
    "figures-charts",
)


def _static(path: str) -> Callable[[HttpRequest], str]:
    """The address is known only when the settings are complete."""
    return lambda request: static(path)


def _item(title: Any, icon: str, url: str, permission: str, **more: Any) -> dict[str, Any]:
    """A page of the sidebar, for whoever may see it; the messenger's only while it is on."""
    messengers = permission.startswith("messenger.")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{url}"),
        "permission": lambda request: (
            (settings.MESSENGER_ENABLED or not messengers) and request.user.has_perm(permission)
        ),
        **more,
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Messenger"),
    "SITE_HEADER": _("Messenger"),
    "SITE_SUBHEADER": _("Live chat of the CRM"),
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _static("messenger/panel/favicon.svg")},
    ],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "COLORS": {"primary": BLUE},
    "STYLES": [_static(f"messenger/panel/{name}.css") for name in STYLES],
    "SCRIPTS": [_static("messenger/panel/panel.js")],
    "DASHBOARD_CALLBACK": "messenger.admin.alerts.dashboard",
    "TABS": "messenger.admin.tabs.tabs",
    "ACCOUNT": {
        "navigation": [
            {"title": _("Security"), "link": reverse_lazy("security")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ],
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Messenger"),
                "items": [
                    _item(
                        _("Dialogs"),
                        "forum",
                        "messenger_conversation_changelist",
                        "messenger.view_conversation",
                        badge="messenger.admin.badges.unread_badge",
                        badge_class="msgr-nav-badge",
                    ),
                    _item(
                        _("Contacts"), "contacts", "messenger_contact_changelist", "messenger.view_contact"
                    ),
                    _item(_("Labels"), "label", "messenger_label_changelist", "messenger.view_label"),
                    _item(
                        _("Canned responses"),
                        "quickreply",
                        "messenger_cannedresponse_changelist",
                        "messenger.view_cannedresponse",
                    ),
                    _item(
                        _("Figures"),
                        "monitoring",
                        "messenger_figures_changelist",
                        "messenger.view_figures",
                    ),
                ],
            },
            {
                "title": _("Settings"),
                "separator": True,
                "items": [
                    _item(_("Inboxes"), "inbox", "messenger_inbox_changelist", "messenger.view_inbox"),
                    _item(
                        _("Routing"),
                        "alt_route",
                        "messenger_routingrule_changelist",
                        "messenger.view_routingrule",
                    ),
                    _item(
                        _("Webhooks"),
                        "webhook",
                        "messenger_webhookdelivery_changelist",
                        "messenger.view_webhookdelivery",
                    ),
                    # It has no permission of its own: who may see it is asked of its page.
                    {
                        "title": _("Mail to visitors"),
                        "icon": "mail",
                        "link": reverse_lazy("admin:messenger_visitormail_changelist"),
                        "permission": "messenger.admin.visitor_mail.shows_in_sidebar",
                    },
                    _item(
                        _("API tokens"),
                        "key",
                        "messenger_integrationtoken_changelist",
                        "messenger.view_integrationtoken",
                    ),
                    _item(_("Users"), "group", "crm_user_changelist", "crm.view_user"),
                    _item(_("Branches"), "store", "crm_branch_changelist", "crm.view_branch"),
                    _item(_("Regions"), "map", "crm_region_changelist", "crm.view_region"),
                    _item(_("Audit"), "policy", "crm_auditentry_changelist", "crm.view_auditentry"),
                    _item(_("Tasks"), "schedule", "django_q_schedule_changelist", "django_q.view_schedule"),
                    # Beside the messenger's pages it is there while the messenger is off: it says so.
                    {
                        "title": _("Diagnosis"),
                        "icon": "monitor_heart",
                        "link": reverse_lazy("messenger-health"),
                        "permission": lambda request: request.user.has_perm("messenger.view_inbox"),
                    },
                ],
            },
        ],
    },
}
