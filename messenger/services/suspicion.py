"""Which addresses behave like a script: their visitors' browsers have to do a proof of work, which none of them sees.

Many visits or messages in a short time, or a honeypot filled again and again, make an address suspicious for a while.
An office behind one address may well be: its people wait a second longer for their first message, and are not refused.
"""

from django.conf import settings

from messenger.lib.client_address import network_of
from messenger.lib.rates import parse_rate
from messenger.lib.volatile import Limit
from messenger.utils import session_digest
from messenger.volatile import volatile

_WATCHED = {"BOOTSTRAP": "MESSENGER_CAPTCHA_BOOTSTRAPS", "SEND": "MESSENGER_CAPTCHA_MESSAGES"}
HONEYPOTS, HONEYPOT_SECONDS = 2, 600


def is_watching(what: str) -> bool:
    return settings.MESSENGER_CAPTCHA_ENABLED and what in _WATCHED


def counters(what: str, network: str) -> list[Limit]:
    """What an address does too often beyond these limits makes it suspicious."""
    rate = parse_rate(getattr(settings, _WATCHED[what])) if is_watching(what) else None
    return [Limit(f"messenger:watch:{what.lower()}:{network}", rate.limit, rate.seconds)] if rate else []


def suspect(network: str) -> None:
    volatile.set(suspect_key(network), 1, settings.MESSENGER_CAPTCHA_SECONDS)


def note_honeypot(address: str) -> None:
    """One may be a browser's over-eager autofill; who fills several is no human."""
    network = network_of(address)
    counter = Limit(f"messenger:watch:honeypot:{network}", HONEYPOTS, HONEYPOT_SECONDS)
    if settings.MESSENGER_CAPTCHA_ENABLED and volatile.look([], watched=[counter]).watched_passed:
        suspect(network)


def suspect_key(network: str) -> str:
    return f"messenger:captcha:suspect:{network}"


def proved_key(session_token: str) -> str:
    return f"messenger:captcha:proved:{session_digest(session_token)[:32]}"
