"""Which parser and which renderer: JSON is what is answered, whatever was asked for."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class JsonAnswers(DefaultContentNegotiation):
    """An error must be readable for a client that asked for an event stream or for a picture, too."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer: Any = next(iter(renderers))
        return renderer, renderer.media_type
