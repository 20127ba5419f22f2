"""Files as the timeline shows them: pictures as they are, others by name, kind and size."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from messenger.lib.uploads import KNOWN_TYPES
from messenger.models import Attachment
from messenger.services.attachment_links import link

# Longest edge of a picture by itself, and the square of one among others; as in files.css.
ALONE, TOGETHER = 300, 142
SMALLEST = 48
# Width by height; what is narrower or wider is cut.
TALLEST, WIDEST = 0.4, 3.0
ICONS = {
    "application/pdf": "picture_as_pdf",
    "application/zip": "folder_zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "table",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "description",
}


class Place(NamedTuple):
    """A picture's, known before it is loaded, so that nothing moves when it comes; `shape` where it is cut to one."""

    width: int
    height: int
    shape: str = ""


@dataclass(frozen=True, slots=True)
class FileLine:
    name: str
    url: str
    about: str
    icon: str
    place: Place | None


def file_lines(attachments: Iterable[Attachment]) -> list[FileLine]:
    shown = list(attachments)
    return [_line(attachment, is_alone=len(shown) == 1) for attachment in shown]


def kind_label(content_type: str) -> str:
    """PNG, PDF, DOCX."""
    extensions = KNOWN_TYPES.get(content_type)
    return extensions[0].upper() if extensions else ""


def size_label(size: int) -> str:
    if size < 1_048_576:
        return _("%(n)s KB") % {"n": math.ceil(size / 1024)}
    return _("%(n)s MB") % {"n": number_format(size / 1_048_576, 1)}


def _line(attachment: Attachment, *, is_alone: bool) -> FileLine:
    kind, size = kind_label(attachment.content_type), size_label(attachment.size)
    url, place = link(attachment.pk), _place(attachment, is_alone=is_alone)
    return FileLine(
        name=attachment.original_name,
        # In the sandbox in which files are opened only pictures show.
        url=url if place else f"{url}&download=1",
        about=f"{kind} · {size}" if kind else size,
        icon=ICONS.get(attachment.content_type, "draft"),
        place=place,
    )


def _place(attachment: Attachment, *, is_alone: bool) -> Place | None:
    if not (attachment.content_type.startswith("image/") and attachment.width and attachment.height):
        return None
    if not is_alone:
        return Place(TOGETHER, TOGETHER, "square")
    natural = attachment.width / attachment.height
    ratio = min(max(natural, TALLEST), WIDEST)
    width = max(SMALLEST, round(min(attachment.width, ALONE, ALONE * ratio)))
    shape = "tall" if natural < TALLEST else "wide" if natural > WIDEST else ""
    return Place(width, round(width / ratio), shape)
