"""A note's text, in which colleagues stand by their names."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from messenger.lib.formatting import format_message
from messenger.models import Message

LINK = re.compile(r"(<a [^>]*>.*?</a>)")


def note_html(note: Message) -> SafeString:
    """As every message's, with those whom it names marked.

    A mention stands at the beginning, behind white space, a tag or a bracket; links are left as they are.
    """
    # Every second part is a link: within its attributes a mark would break it.
    parts = LINK.split(str(format_message(note.body)))
    for mention in note.mentions.all():
        name = re.escape(mention.user.username)
        chip = format_html('<span class="msgr-mention">@{}</span>', mention.user.display_name)
        pattern = rf"(?<![^\s>(])@{name}(?!\w|[.@+-]+\w)"
        # What stands for a backslash in a pattern's replacement is a backslash here.
        marked = str(chip).replace("\\", r"\\")
        parts[::2] = [re.sub(pattern, marked, part) for part in parts[::2]]
    return mark_safe("".join(parts))  # noqa: S308  (escaped by format_message and format_html)
