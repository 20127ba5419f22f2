"""What administrators and time do to inboxes, people and sessions."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from messenger.models import Inbox
from messenger.services import inbox_keys
from messenger.services.privacy.anonymize import anonymize
from messenger.utils import session_cache_key
from messenger.volatile import volatile
from tests.peer.machine.coming import Coming
from tests.peer.machine.steps import which


class Keeping(Coming):
    @rule(number=which, name=st.sampled_from(["attachments_enabled", "rating_enabled"]), is_on=st.booleans())
    def set_up(self, number: int, name: str, is_on: bool) -> None:
        shop = self.pick(self.world.shops, number)
        Inbox.objects.filter(pk=shop.pk).update(**{name: is_on})
        setattr(shop, {"attachments_enabled": "takes_files", "rating_enabled": "asks_rating"}[name], is_on)

    @rule(number=which)
    def close_for_a_moment(self, number: int) -> None:
        """All that is asked meanwhile is refused, of those as well who are in already."""
        shop = self.pick(self.world.shops, number)
        for is_active in (False, True):
            shop.is_active = is_active
            Inbox.objects.filter(pk=shop.pk).update(is_active=is_active)
            self.bootstrap(self.world.shops.index(shop), {})
            self.look_once_more()

    @rule(number=which)
    def renew_token(self, number: int) -> None:
        shop = self.pick(self.world.shops, number)
        inbox_keys.renew(inbox_id=shop.pk, key="widget_token")
        shop.old_tokens.append(shop.token)
        shop.token = Inbox.objects.get(pk=shop.pk).widget_token

    @rule(number=which)
    def expire(self, number: int) -> None:
        session = self.pick(self.world.sessions, number)
        volatile.delete(session_cache_key(session.token))
        session.is_alive = False
        shop = self.world.shops.index(session.person.shop)
        self.bootstrap(shop, {"visitor_token": session.person.tokens[-1]})

    @rule(number=which, redacts=st.booleans())
    def forget(self, number: int, redacts: bool) -> None:
        person = self.pick(self.world.people, number)
        anonymize(person.contact_id, redact_messages=redacts, delete_attachments=redacts)
        person.is_gone = True
        for talk in person.talks:
            talk.status = "closed"
        for session in self.world.sessions:
            session.is_alive = session.is_alive and session.person is not person
        self.bootstrap(self.world.shops.index(person.shop), {"visitor_token": person.tokens[-1]})
