"""Requests to addresses that users typed in: only to the public internet, within limits of time and size."""

from messenger.lib.outbound.addresses import Policy, Refused
from messenger.lib.outbound.client import Answer, Problem, post

__all__ = ["Answer", "Policy", "Problem", "Refused", "post"]
