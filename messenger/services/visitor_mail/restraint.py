"""How much mail an address gets at most, whichever chats it was given in."""

from datetime import timedelta

from django.db.models.functions import Lower

from messenger.lib import clock
from messenger.models import VisitorMail

DAY = timedelta(days=1)
# Who comes back ten times a day has their answers; somebody else's address given in a hundred chats has its rest.
MOST_A_DAY = 20


def has_had_enough(address: str) -> bool:
    """Reads the mails of one day: anybody can give anybody's address."""
    sent = VisitorMail.objects.alias(address=Lower("conversation__contact__email")).filter(
        created_at__gt=clock.now() - DAY, state=VisitorMail.State.SENT, address=address.lower()
    )
    return sent[:MOST_A_DAY].count() >= MOST_A_DAY
