"""What waits to be sent in a back-up was sent long ago, as far as we know: it is not sent a second time.

Webhooks count as given up, so that they stand in the log of their inbox and can be delivered again by hand. Mails
count as no longer needed; what visitors have missed counts as told, because their mail may have gone out after the
back-up.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django_q.models import OrmQ

from messenger.lib import clock
from messenger.models import VisitorMail, WebhookDelivery
from messenger.models.inbox import MOST_MAIL_MINUTES
from messenger.services.visitor_mail.missed import WINDOW

# What is older is not told of by itself.
_LONGEST = WINDOW + timedelta(minutes=MOST_MAIL_MINUTES)
_TOLD = """
INSERT INTO messenger_visitormail
    (conversation_id, from_message_id, up_to_message_id, state, due_at, created_at, finished_at)
SELECT k.id, min(m.id), max(m.id), 'not_needed', %s, %s, %s
FROM messenger_conversation k
JOIN messenger_inbox x ON x.id = k.inbox_id AND x.mail_enabled
JOIN messenger_contact c ON c.id = k.contact_id AND c.email <> ''
JOIN messenger_message m ON m.conversation_id = k.id AND m.direction = 'out' AND m.read_at IS NULL
WHERE k.last_message_at > %s
  AND m.id > COALESCE((SELECT max(v.up_to_message_id) FROM messenger_visitormail v WHERE v.conversation_id = k.id), 0)
GROUP BY k.id
ON CONFLICT DO NOTHING
"""


class Held(NamedTuple):
    webhooks: int
    mails: int


@transaction.atomic
def hold_deliveries() -> Held:
    now = clock.now()
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING)
    webhooks = waiting.update(state=WebhookDelivery.State.FAILED, finished_at=now, claimed_at=None)
    mails = VisitorMail.objects.filter(state=VisitorMail.State.WAITING).update(
        state=VisitorMail.State.NOT_NEEDED, finished_at=now
    )
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [now, now, now, now - _LONGEST])
    return Held(webhooks, mails)


def forget_hints() -> None:
    """The queue holds hints alone: whatever they hint at is found by the timetable within a minute."""
    OrmQ.objects.all().delete()
