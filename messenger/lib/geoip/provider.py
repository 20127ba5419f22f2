"""The interface of the providers."""

from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """`country` is an ISO 3166-1 code; `code` the subdivision's part of ISO 3166-2, such as SVE of RU-SVE.

    `region` is the subdivision's name in the provider's spelling. Texts that the provider doesn't know are empty.
    """

    country: str
    region: str
    code: str


class LookupFailed(Exception):
    """The provider could not say. `reason` is for the log: it never holds the address that was looked up.

    `is_breakage` is False where nothing speaks for a broken provider, as when we were too many.
    """

    def __init__(self, reason: str, *, is_breakage: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_breakage = is_breakage


class Provider(Protocol):
    """Whoever can tell the place of an address."""

    @property
    def is_local(self) -> bool:
        """Whether addresses stay on this machine, and nobody is waited for."""

    def locate(self, address: str) -> Place | None:
        """The place of a public address; None where the provider knows that it doesn't know.

        Raises LookupFailed.
        """

    def paused(self) -> str | None:
        """Why it can't answer at the moment, in a word: limit, failures, redis or file."""
