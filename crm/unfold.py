"""The admin's look and its sidebar."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _item(title: Any, icon: str, url: str, permission: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{url}"),
        "permission": lambda request: request.user.has_perm(permission),
        **more,
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Messenger"),
    "SITE_HEADER": _("Messenger"),
    "SITE_SUBHEADER": _("Live chat of the CRM"),
    "SITE_SYMBOL": "forum",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "STYLES": [lambda request: static("messenger/panel/panel.css")],
    "SCRIPTS": [lambda request: static("messenger/panel/panel.js")],
    "TABS": "messenger.admin.tabs.tabs",
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
                        badge="messenger.admin.badges.unread",
                        badge_variant="primary",
                        badge_style="solid",
                    ),
                    _item(
                        _("Contacts"), "contacts", "messenger_contact_changelist", "messenger.view_contact"
                    ),
                ],
            },
            {
                "title": _("Settings"),
                "separator": True,
                "items": [
                    _item(_("Inboxes"), "inbox", "messenger_inbox_changelist", "messenger.view_inbox"),
                    _item(_("Users"), "group", "crm_user_changelist", "crm.view_user"),
                    _item(_("Branches"), "store", "crm_branch_changelist", "crm.view_branch"),
                    _item(_("Regions"), "map", "crm_region_changelist", "crm.view_region"),
                    _item(_("Tasks"), "schedule", "django_q_success_changelist", "django_q.view_success"),
                ],
            },
        ],
    },
}
