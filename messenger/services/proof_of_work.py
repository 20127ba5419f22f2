"""The proof of work that a suspicious visitor's browser does unseen: ALTCHA's algorithm, each challenge good once."""

from datetime import timedelta
from typing import Any

from altcha import v1 as altcha
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from messenger.volatile import volatile

LONGEST = 2_000


def new_challenge() -> dict[str, Any]:
    """Find the number for which SHA-256 of salt and number, in hex, is `challenge`."""
    options = altcha.ChallengeOptions(
        algorithm="SHA-256",
        max_number=settings.MESSENGER_CAPTCHA_MAX_NUMBER,
        hmac_key=_key(),
        expires=timezone.now() + timedelta(seconds=settings.MESSENGER_CAPTCHA_SECONDS),
    )
    made = altcha.create_challenge(options)
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": made.max_number,
        "salt": made.salt,
        "signature": made.signature,
    }


def is_solved(solution: object) -> bool:
    """Whether it is the solution of a challenge of ours that has not expired and was not used before."""
    if not isinstance(solution, str) or not 0 < len(solution) <= LONGEST:
        return False
    try:
        payload = altcha.Payload.from_base64(solution)
        solved, _error = altcha.verify_solution(payload, _key(), check_expires=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    # By the challenge: the library takes its salt with and without the closing delimiter.
    return solved and volatile.claim(
        f"messenger:captcha:used:{payload.challenge}", settings.MESSENGER_CAPTCHA_SECONDS
    )


def _key() -> str:
    return salted_hmac("messenger.captcha", "key", algorithm="sha256").hexdigest()
