"""What a token may see: what its user sees, within the token's inboxes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import User
from messenger.exceptions import NotFound
from messenger.models import Contact, Conversation, Inbox, IntegrationToken
from messenger.models.conversation import ConversationQuerySet

# Of so many inboxes each has its place in the index looked up; of more the newest are gone through.
FEW_INBOXES = 8


@dataclass(frozen=True, slots=True)
class Access:
    """`token` as `by_secret` finds it, with the ids of its inboxes."""

    token: IntegrationToken
    user: User

    @property
    def inbox_ids(self) -> list[int]:
        found: Any = self.token
        return list(found.inbox_ids)

    @property
    def sees_all_branches(self) -> bool:
        """Of a global inbox a conversation may be anywhere."""
        if not self.token.is_limited:
            return True
        return Inbox.objects.filter(pk__in=self.inbox_ids, branch=None).exists()

    def conversation(self, conversation_id: int) -> Conversation:
        """Raises NotFound for what isn't there, and for what isn't theirs."""
        visible = self._within(Conversation.objects.visible_to(self.user))
        found = visible.select_related("contact", "assignee").filter(pk=conversation_id).first()
        if found is None:
            raise NotFound
        return found

    def conversation_parts(self) -> list[ConversationQuerySet]:
        """All that was written in, in parts that overlap: of each an index gives the newest."""
        parts = Conversation.objects.started().visible_parts(self.user)
        if not self.token.is_limited or len(self.inbox_ids) > FEW_INBOXES:
            return [self._within(part) for part in parts]
        return [part.filter(inbox=inbox_id) for part in parts for inbox_id in self.inbox_ids]

    def contact(self, contact_id: UUID) -> Contact:
        found = self.contacts().filter(pk=contact_id).first()
        if found is None:
            raise NotFound
        return found

    def contacts(self) -> QuerySet[Contact]:
        contacts = Contact.objects.select_related("region")
        if self.token.is_limited:
            contacts = contacts.filter(inbox__in=self.inbox_ids)
        if self.user.is_messenger_administrator:
            return contacts
        theirs = Conversation.objects.visible_to(self.user).filter(contact=OuterRef("pk"))
        return contacts.filter(Exists(theirs))

    def _within(self, conversations: ConversationQuerySet) -> ConversationQuerySet:
        return conversations.filter(inbox__in=self.inbox_ids) if self.token.is_limited else conversations
