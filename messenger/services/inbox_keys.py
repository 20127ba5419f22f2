"""New keys for an inbox, when the old ones got into the wrong hands."""

from typing import Literal

from django.db import transaction

from messenger.exceptions import NotFound
from messenger.models import Inbox
from messenger.models.inbox import new_token

Key = Literal["widget_token", "identity_secret"]


@transaction.atomic
def renew(*, inbox_id: int, key: Key) -> None:
    """Draws the key anew; the old one is refused from the commit on. Raises NotFound.

    Visitors' sessions name the inbox by its token: with another token they end. Who they are is signed by the CRM,
    not by these keys: on a page with the new code they find their conversation again.
    """
    # update() forgets what the widget API keeps under the old token.
    if not Inbox.objects.filter(pk=inbox_id).update(**{key: new_token()}):
        raise NotFound
