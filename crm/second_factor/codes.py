"""Keys and codes: nothing here knows of users."""

import base64
import secrets
import time
from urllib.parse import quote, urlencode

import segno
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp.oath import hotp  # type: ignore[import-untyped]

STEP_SECONDS, DIGITS, DRIFT = 30, 6, 1
RECOVERY_CODES = 10
# Without what looks like something else on paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_key() -> str:
    """160 random bits, as apps take them by hand: base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(key: str, code: str, after: int, now: float | None = None) -> int | None:
    """The time step whose code this is: the present one, or the one before or behind it; None where it is wrong.

    Steps up to `after` have been used.
    """
    current = int((time.time() if now is None else now) // STEP_SECONDS)
    raw, found = base64.b32decode(key), None
    for step in range(max(0, current - DRIFT), current + DRIFT + 1):
        if constant_time_compare(f"{hotp(raw, step, DIGITS):0{DIGITS}}", code) and step > after:
            found = step
    return found


def plain_code(text: str) -> str:
    """As it was typed, without the spaces and dashes that people put between."""
    return "".join(text.split()).replace("-", "").lower()


def address_of_key(key: str, account: str, issuer: str) -> str:
    """What the QR code says: otpauth://totp/…"""
    query = urlencode({"secret": key, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(f'{issuer}:{account}', safe='')}?{query}"


def qr_code(text: str) -> str:
    """The address of an image, black on white in any theme: cameras read no other."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=3, light="#fff"))


def new_recovery_codes() -> list[str]:
    """Each of about 50 bits: `abcde-fghjk`."""

    def half() -> str:
        return "".join(secrets.choice(_LETTERS) for _ in range(5))

    return [f"{half()}-{half()}" for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str, secret: str | None = None) -> str:
    """With the system's secret key: the database alone doesn't let anybody try them out."""
    salt = "crm.second_factor.recovery"
    return salted_hmac(salt, plain_code(code), secret=secret, algorithm="sha256").hexdigest()
