"""Keys of second factors as they are stored: sealed, so that a copy of the database shows nobody's codes.

What seals is made of SECRET_KEY and of whose key it is: moved into another user's row it opens nothing. What was
sealed under one of SECRET_KEY_FALLBACKS still opens, and is sealed anew when its code is used next, or for everybody
by `manage.py reseal_second_factors`.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "crm.second_factor.sealing"


class Unreadable(Exception):
    """Sealed under a SECRET_KEY that is not known any more, or for somebody else."""


def all_secrets() -> list[str]:
    """The present one first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def seal(key: str, user_id: int) -> str:
    return _fernet(settings.SECRET_KEY, user_id).encrypt(key.encode()).decode()


def unseal(sealed: str, user_id: int) -> str:
    """Raises Unreadable."""
    try:
        opened = MultiFernet([_fernet(secret, user_id) for secret in all_secrets()]).decrypt(sealed)
    except InvalidToken as error:
        raise Unreadable from error
    return opened.decode()


def _fernet(secret: str, user_id: int) -> Fernet:
    digest = salted_hmac(_SALT, str(user_id), secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(digest))
