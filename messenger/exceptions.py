"""The domain's errors: each knows its stable code, its HTTP status and its sentence (contract.md)."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MessengerError(Exception):
    """`detail` is a sentence for people in the language of the moment; `code` never changes."""

    code = "error"
    status = 400
    detail: str | Promise = _("Something went wrong.")

    def __init__(self, detail: str | Promise | None = None) -> None:
        super().__init__()
        if detail is not None:
            self.detail = detail

    def __str__(self) -> str:
        return str(self.detail)

    def payload(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"detail": str(self), "code": self.code}


class Invalid(MessengerError):
    """`fields` maps a field's name to its sentences."""

    code = "invalid"
    detail = _("Please check what was sent.")

    def __init__(self, fields: dict[str, list[Any]] | None = None) -> None:
        super().__init__()
        self.fields = {name: [str(sentence) for sentence in found] for name, found in (fields or {}).items()}

    def payload(self) -> dict[str, Any]:
        return super().payload() | ({"fields": self.fields} if self.fields else {})


class Spam(MessengerError):
    code = "spam"
    detail = _("The message looks like spam and was not accepted.")


class SessionInvalid(MessengerError):
    code = "session_invalid"
    status = 401
    detail = _("The session has expired. Please open the chat again.")


class SessionMismatch(MessengerError):
    code = "session_mismatch"
    status = 403
    detail = _("The session belongs to another widget.")


class OriginNotAllowed(MessengerError):
    code = "origin_not_allowed"
    status = 403
    detail = _("The chat is not allowed on this site.")


class Blocked(MessengerError):
    code = "blocked"
    status = 403
    detail = _("You can't write here any more.")


class NotAllowed(MessengerError):
    code = "not_allowed"
    status = 403
    detail = _("You have no permission for this.")


class HttpsRequired(MessengerError):
    """Nothing of the request was looked at."""

    code = "https_required"
    status = 403
    detail = _("Only https is answered here. What was sent by http may have been read on its way.")


class InboxNotFound(MessengerError):
    code = "inbox_not_found"
    status = 404
    detail = _("There is no such chat.")


class NotFound(MessengerError):
    code = "not_found"
    status = 404
    detail = _("Not found.")


class MessengerDisabled(MessengerError):
    status = 404

    def __str__(self) -> str:
        return "Messenger disabled"

    def payload(self) -> dict[str, Any]:
        return {"detail": str(self)}


class CaptchaRequired(MessengerError):
    """`challenge` is what the browser has to solve first."""

    code = "captcha_required"
    status = 403
    detail = _("Please wait a moment: the browser has to prove that it is no robot.")

    def __init__(self, challenge: dict[str, Any]) -> None:
        super().__init__()
        self.challenge = challenge

    def payload(self) -> dict[str, Any]:
        return super().payload() | {"challenge": self.challenge}


class FileTooLarge(MessengerError):
    code = "file_too_large"
    status = 413
    detail = _("The file is too large.")


class FileTypeNotAllowed(MessengerError):
    code = "file_type_not_allowed"
    status = 415
    detail = _("Files of this kind can't be sent here.")


class AlreadyRated(MessengerError):
    code = "already_rated"
    status = 409
    detail = _("The conversation has been rated already.")


class IdempotencyConflict(MessengerError):
    code = "idempotency_conflict"
    status = 409
    detail = _("Another message was sent under this id.")


class ConversationClosed(MessengerError):
    code = "conversation_closed"
    status = 409
    detail = _("The conversation is closed. Reopen it to write.")


class NotUnfinished(MessengerError):
    code = "not_unfinished"
    status = 409
    detail = _("The conversation is resolved. Reopen it first.")


class AlreadyActive(MessengerError):
    code = "already_active"
    status = 409
    detail = _("The contact has a newer conversation already.")


class Anonymized(MessengerError):
    code = "anonymized"
    status = 409
    detail = _("The client's personal data was removed: the conversation stays closed.")


class AlreadyTaken(MessengerError):
    """`by` is the name of the operator who has the conversation."""

    code = "already_taken"
    status = 409

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by

    def __str__(self) -> str:
        return str(_("%(name)s has taken the conversation.")) % {"name": self.by}


class AssigneeChanged(MessengerError):
    """`holder` is the name of the operator who has the conversation now; empty where nobody has."""

    code = "assignee_changed"
    status = 409

    def __init__(self, holder: str) -> None:
        super().__init__()
        self.holder = holder

    def __str__(self) -> str:
        if not self.holder:
            return str(_("Meanwhile the conversation was given back: nobody has it now."))
        return str(_("Meanwhile the conversation went to %(name)s.")) % {"name": self.holder}


class ContactChanged(Invalid):
    """`current` maps the fields that somebody else changed meanwhile to what stands there now."""

    code = "contact_changed"
    status = 409

    def __init__(self, current: dict[str, str]) -> None:
        self.current = current
        now = _("Changed meanwhile to “%(value)s”.")
        empty = _("Cleared meanwhile.")
        super().__init__(
            {name: [str(now) % {"value": value} if value else empty] for name, value in current.items()}
        )

    def payload(self) -> dict[str, Any]:
        return super().payload() | {"current": self.current}


class TransferRefused(MessengerError):
    code = "transfer_refused"
    status = 409
    detail = _("Only conversations of a global inbox can go to another branch.")


class Retryable(MessengerError):
    """To be tried again after `retry_after` seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__()
        self.retry_after = max(1, retry_after)


class Throttled(Retryable):
    code = "throttled"
    status = 429

    def __str__(self) -> str:
        return str(_("Too many requests. Please try again in %(seconds)d s.")) % {"seconds": self.retry_after}


class Unavailable(Retryable):
    code = "unavailable"
    status = 503
    detail = _("The chat is not available right now. Please try again in a moment.")
