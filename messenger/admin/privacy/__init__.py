"""The page about a contact's personal data: a copy of it, and its removal."""

from messenger.admin.privacy.page import PersonalData

__all__ = ["PersonalData"]
