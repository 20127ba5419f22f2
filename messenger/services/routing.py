"""Which branch a conversation belongs to."""

import logging

from django.conf import settings

from crm.models import Branch
from messenger.exceptions import Unavailable
from messenger.models import Inbox

logger = logging.getLogger(__name__)


def branch_for(inbox: Inbox) -> int:
    """The id of the inbox's branch, or of the default one for a global inbox; raises Unavailable without any."""
    if inbox.branch_id is not None:
        return inbox.branch_id
    branch_id: int | None = settings.MESSENGER_DEFAULT_BRANCH_ID
    if branch_id is None or not Branch.objects.filter(pk=branch_id).exists():
        logger.error("Global inbox %s: MESSENGER_DEFAULT_BRANCH_ID names no branch", inbox.pk)
        raise Unavailable(retry_after=60)
    return branch_id
