"""Who an operator's stream belongs to: Django's session, user and permission, asked anew again and again.

Everything here blocks and runs in threads.
"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from crm.models import User
from messenger.exceptions import MessengerError, NotAllowed
from messenger.models import Conversation
from messenger.services import presence

PERMISSION = "messenger.view_conversation"


class NotLoggedIn(MessengerError):
    code = "not_authenticated"
    status = 401
    detail = _("Please log in.")


class Identity(NamedTuple):
    """What a stream may hear, and the badge of its user."""

    user_id: int
    branch_id: int | None
    sees_all: bool
    sees_conversation: bool
    unread: int


class Question(NamedTuple):
    """What is asked of an open stream: may it go on, and does its being open tell that somebody is there."""

    session_key: str
    conversation_id: int | None
    is_sign_of_life: bool


def check_in(session_key: str, conversation_id: int | None) -> Identity:
    """The identity behind a session, whose browser is there; raises NotLoggedIn or NotAllowed."""
    identity = _identify(session_key, conversation_id)
    presence.show_sign_of_life([identity.user_id])
    return identity


def _identify(session_key: str, conversation_id: int | None) -> Identity:
    user = _user_of(session_key)
    if user is None:
        raise NotLoggedIn
    if not (user.is_active and user.is_staff and user.has_perm(PERMISSION)):
        raise NotAllowed
    visible = Conversation.objects.visible_to(user)
    return Identity(
        user_id=user.pk,
        branch_id=user.branch_id,
        sees_all=user.is_messenger_administrator,
        sees_conversation=conversation_id is not None and visible.filter(pk=conversation_id).exists(),
        unread=Conversation.objects.unread_of(user),
    )


def check_again(questions: Sequence[Question]) -> list[Identity | None]:
    """The same for streams that are open; None where one has to end."""
    answers = [_check_quietly(question.session_key, question.conversation_id) for question in questions]
    there = {
        identity.user_id
        for question, identity in zip(questions, answers, strict=True)
        if identity is not None and question.is_sign_of_life
    }
    if there:
        presence.show_sign_of_life(there)
    return answers


def unread_counts(user_ids: Iterable[int]) -> dict[int, int]:
    return {user_id: Conversation.objects.unread_of(User(pk=user_id)) for user_id in user_ids}


def _check_quietly(session_key: str, conversation_id: int | None) -> Identity | None:
    try:
        return _identify(session_key, conversation_id)
    except (NotLoggedIn, NotAllowed):
        return None


def _user_of(session_key: str) -> User | None:
    """As `django.contrib.auth.get_user`, which would also renew the session, for which a stream has no cookie."""
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if SESSION_KEY not in session or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = load_backend(session[BACKEND_SESSION_KEY]).get_user(int(session[SESSION_KEY]))
    if not isinstance(user, User):
        return None
    signed = session.get(HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return user if any(constant_time_compare(signed, known) for known in hashes) else None
