"""In which language a visitor is written to."""

from django.conf import settings

from messenger.models import Contact, Conversation
from messenger.services.visitors import latest_conversation


def language_of(contact: Contact, conversation: Conversation | None = None) -> str:
    """What their browser said in the conversation, or else before; where we have no words in it, the CRM's own."""
    conversation = conversation or latest_conversation(contact)
    known = dict(settings.LANGUAGES)
    for locale in (conversation.locale if conversation else "", contact.locale):
        language = locale.lower().replace("_", "-").partition("-")[0]
        if language in known:
            return language
    return settings.LANGUAGE_CODE
