"""Whether SECRET_KEY is the one of then: second factors and links are sealed and signed with it."""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from crm.models import SecondFactor
from crm.second_factor.sealing import Unreadable, all_secrets, unseal

_SALT = "messenger.backup.key"
_TRIED = 20


def fingerprint() -> str:
    return _of(settings.SECRET_KEY)


def is_known(told: str) -> bool:
    """As SECRET_KEY or as one of its fallbacks."""
    return any(constant_time_compare(_of(secret), told) for secret in all_secrets())


def unreadable_factors() -> int:
    """How many of the first second factors don't open."""
    return sum(not _opens(factor) for factor in SecondFactor.objects.order_by("pk")[:_TRIED])


def _opens(factor: SecondFactor) -> bool:
    try:
        unseal(factor.sealed_key, factor.pk)
    except Unreadable:
        return False
    return True


def _of(secret: str) -> str:
    return salted_hmac(_SALT, "key", secret=secret, algorithm="sha256").hexdigest()
