"""Who comes with what, and to whom."""

from datetime import datetime

from crm.demo_data.slots import slots_of
from crm.demo_data.story import Happening, Story
from crm.demo_data.teller import Teller
from crm.demo_data.texts import Script, scripts, texts
from crm.demo_data.visitors import Visitor, new_visitor
from crm.demo_data.world import World
from crm.models import Branch, User

_REFERRERS = ("", "", "", "https://yandex.ru/", "https://yandex.ru/", "https://www.google.com/")


class Casting:
    """Hands out scripts like cards, so that none comes again before all were played."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stories: list[Story] = []
        self._rng = world.rng
        self._decks: dict[str, list[Script]] = {key: [] for key in world.inboxes}
        self._visitors: dict[str, list[Visitor]] = {key: [] for key in world.inboxes}

    def script(self, inbox_key: str, *, with_dialogue: bool = False) -> Script:
        """The next card, or the next one in which the visitor replies to an answer."""
        deck = self._decks[inbox_key]
        for card in reversed(deck):
            if card.has_dialogue or not with_dialogue:
                deck.remove(card)
                return card
        cards = list(scripts(inbox_key))
        self._rng.shuffle(cards)
        deck[:] = cards
        return self.script(inbox_key, with_dialogue=with_dialogue)

    def begin(
        self, inbox_key: str, branch: Branch, script: Script, moment: datetime, operator: User | None = None
    ) -> Teller:
        """A story in which nothing was said yet."""
        operator = operator or self._rng.choice(self.world.operators[branch.name])
        visitor = self._visitor(inbox_key, branch, script.lang, moment)
        clock = self.world.clock(branch)
        day = clock.local(moment).date()
        slots = slots_of(self._rng, visitor=visitor, operator=operator, branch_name=branch.name, on=day)
        story = Story(
            inbox=self.world.inboxes[inbox_key],
            branch=branch,
            visitor=visitor,
            begun_at=moment,
            page_url=texts("inboxes")[inbox_key]["site"] + self._rng.choice(script.pages).format_map(slots),
            referrer=self._rng.choice(_REFERRERS),
            after=visitor.latest,
        )
        if story.after:
            story.happenings.append(Happening(moment, "started"))
        visitor.latest, visitor.free_at = story, None
        self.stories.append(story)
        return Teller(self._rng, clock, story, operator, script.mood, slots)

    def _visitor(self, inbox_key: str, branch: Branch, lang: str, moment: datetime) -> Visitor:
        """Somebody new, or one in a while somebody who was here before and whose conversation was closed."""
        known = self._visitors[inbox_key]
        free = [
            visitor
            for visitor in known
            if visitor.free_at and visitor.free_at < moment
            if visitor.lang == lang and visitor.latest and visitor.latest.branch == branch
        ]
        if free and self._rng.random() < 0.25:
            return self._rng.choice(free)
        visitor = new_visitor(
            self._rng,
            inbox=self.world.inboxes[inbox_key],
            inbox_key=inbox_key,
            number=len(known),
            lang=lang,
            region_id=self.world.some_region_id(branch),
        )
        known.append(visitor)
        return visitor
