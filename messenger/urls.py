"""All addresses of the messenger outside the admin."""

from django.urls import include, path

from messenger import health, mail_pages, pages
from messenger.api import operator
from messenger.api.urls import operator_urls, widget_urls
from messenger.api.v1.urls import integration_urls

urlpatterns = [
    path("api/widget/", include(widget_urls)),
    path("api/messenger/v1/", include(integration_urls)),
    path("api/messenger/", include(operator_urls)),
    path("messenger/me/status/", operator.MyStatusView.as_view(), name="my-status"),
    path(
        "messenger/conversations/", pages.to_admin("messenger_conversation_changelist"), name="conversations"
    ),
    path(
        "messenger/conversations/<int:pk>/",
        pages.to_admin("messenger_conversation_change"),
        name="conversation",
    ),
    path("settings/messenger/", pages.to_admin("messenger_inbox_changelist"), name="messenger-settings"),
    path(
        "settings/messenger/inboxes/<int:pk>/",
        pages.to_admin("messenger_inbox_change"),
        name="messenger-inbox",
    ),
    path(
        "settings/messenger/routing/",
        pages.to_admin("messenger_routingrule_changelist"),
        name="messenger-routing",
    ),
    path("settings/messenger/health/", health.health, name="messenger-health"),
    path("messenger/back/", mail_pages.back_again, name="visitor-back-again"),
    path("messenger/back/<str:signed>/", mail_pages.back, name="visitor-back"),
    path("messenger/no-more-mail/<str:signed>/", mail_pages.no_more_mail, name="visitor-no-more-mail"),
    path("widget-demo/", pages.widget_demo, name="widget-demo"),
    path("healthz/live", pages.live, name="live"),
    path("healthz/ready", pages.ready, name="ready"),
]
