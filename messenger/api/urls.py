"""Addresses of the contract, each named by its noun."""

from django.urls import path

from messenger.api import attachment, bootstrap, contact, operator, sending, widget

widget_urls = [
    path("bootstrap/", bootstrap.BootstrapView.as_view(), name="widget-bootstrap"),
    path("send/", sending.SendView.as_view(), name="widget-send"),
    path("poll/", widget.PollView.as_view(), name="widget-poll"),
    path("stream/", widget.StreamView.as_view(), name="widget-stream"),
    path("typing/", widget.TypingView.as_view(), name="widget-typing"),
    path("mark_read/", widget.MarkReadView.as_view(), name="widget-mark-read"),
    path("contact/", contact.ContactView.as_view(), name="widget-contact"),
    path("attachment/<str:attachment_id>/", attachment.AttachmentView.as_view(), name="widget-attachment"),
    path("rate/", widget.RateView.as_view(), name="widget-rate"),
]
operator_urls = [
    path(
        "conversations/<str:conversation_id>/typing/",
        operator.OperatorTypingView.as_view(),
        name="operator-typing",
    ),
    path("unread/", operator.UnreadView.as_view(), name="operator-unread"),
]
