"""Addresses for integrations, each named by its noun."""

from django.urls import path

from messenger.api.v1 import about, contacts, conversations, messages

conversation = "conversations/<str:conversation_id>/"

integration_urls = [
    path("token/", about.TokenView.as_view(), name="rest-token"),
    path("operators/", about.OperatorsView.as_view(), name="rest-operators"),
    path("conversations/", conversations.ConversationsView.as_view(), name="rest-conversations"),
    path(conversation, conversations.ConversationView.as_view(), name="rest-conversation"),
    path(f"{conversation}messages/", messages.MessagesView.as_view(), name="rest-messages"),
    path(f"{conversation}assign/", conversations.AssignView.as_view(), name="rest-assign"),
    path(f"{conversation}resolve/", conversations.ResolveView.as_view(), name="rest-resolve"),
    path(f"{conversation}close/", conversations.CloseView.as_view(), name="rest-close"),
    path(f"{conversation}reopen/", conversations.ReopenView.as_view(), name="rest-reopen"),
    path("contacts/", contacts.ContactsView.as_view(), name="rest-contacts"),
    path("contacts/<str:contact_id>/", contacts.ContactView.as_view(), name="rest-contact"),
]
