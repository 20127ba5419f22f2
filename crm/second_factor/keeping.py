"""Second factors of users: turned on and off, and their codes taken."""

import logging
from typing import Literal

from django.db import transaction

from crm.models import RecoveryCode, SecondFactor, User
from crm.second_factor.codes import new_recovery_codes, plain_code, recovery_digest, step_of
from crm.second_factor.sealing import Unreadable, all_secrets, seal, unseal

type Taken = Literal["code", "recovery"]

logger = logging.getLogger(__name__)


def turn_on(user: User, *, key: str, code: str) -> list[str] | None:
    """The recovery codes, to be shown once; None where the code is wrong. The user's other sessions end.

    None also where there is one by now: whoever knows the password alone must not put theirs in its place.
    """
    step = step_of(key, plain_code(code), after=0)
    if step is None:
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if SecondFactor.objects.filter(user=user).exists():
            return None
        factor = SecondFactor.objects.create(user=user, sealed_key=seal(key, user.pk), last_step=step)
        _mark(user, has_it=True)
        return _write_codes(factor)


def turn_off(user: User) -> bool:
    """Whether there was one. All sessions of the user end, and no browser is remembered."""
    with transaction.atomic():
        deleted, _per_model = SecondFactor.objects.filter(user=user).delete()
        if deleted or user.has_second_factor:
            _mark(user, has_it=False)
    return bool(deleted)


def renew_recovery_codes(user: User) -> list[str]:
    """The former ones are worth nothing any more."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        factor.recovery_codes.all().delete()
        return _write_codes(factor)


def take(user: User, text: str) -> Taken | None:
    """Which kind of code it was; None where it is wrong or was used. Two at once take no code both."""
    code = plain_code(text)
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        return None
    key = _key_of(factor)
    step = step_of(key, code, after=factor.last_step) if key else None
    if step is not None:
        unused = SecondFactor.objects.filter(pk=factor.pk, sealed_key=factor.sealed_key, last_step__lt=step)
        # Sealed anew, under the present SECRET_KEY.
        return "code" if unused.update(last_step=step, sealed_key=seal(key, user.pk)) else None
    digests = [recovery_digest(code, secret) for secret in all_secrets()]
    used, _per_model = RecoveryCode.objects.filter(factor=factor, digest__in=digests).delete()
    return "recovery" if used else None


def reseal() -> tuple[int, list[str]]:
    """How many keys are sealed under the present SECRET_KEY now, and whose can't be read any more."""
    sealed, lost = 0, []
    for factor in SecondFactor.objects.select_related("user").order_by("pk").iterator():
        if key := _key_of(factor):
            same = SecondFactor.objects.filter(pk=factor.pk, sealed_key=factor.sealed_key)
            sealed += same.update(sealed_key=seal(key, factor.pk))
        else:
            lost.append(factor.user.get_username())
    return sealed, lost


def _key_of(factor: SecondFactor) -> str:
    """Empty where it can't be read: recovery codes may still open."""
    try:
        return unseal(factor.sealed_key, factor.pk)
    except Unreadable:
        logger.error("The second factor of user %d was sealed under a SECRET_KEY that is gone", factor.pk)
        return ""


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(factor__user=user).count()


def _mark(user: User, *, has_it: bool) -> None:
    user.has_second_factor = has_it
    user.save(update_fields=["has_second_factor"])
    user.end_sessions()


def _write_codes(factor: SecondFactor) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=recovery_digest(code)) for code in codes
    )
    return codes
