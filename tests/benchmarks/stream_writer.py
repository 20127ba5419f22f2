"""An operator who answers at an even rate, in a process of its own: in that of the clients it would hold them up.

Reads {"rate", "messages", "conversations", "operator"} as JSON, and tells by message, in seconds of the machine's
monotonic clock, when its event was published: right behind the commit.
"""

import json
import sys
import time
from typing import Any

import django

from tests.benchmarks.pacing import evenly


def main() -> None:
    plan = json.load(sys.stdin)
    django.setup()
    json.dump(_write(**plan), sys.stdout)


def _write(rate: int, messages: int, conversations: list[int], operator: int) -> dict[int, float]:
    from crm.models import User  # noqa: PLC0415
    from messenger.services.posting import post_from_operator  # noqa: PLC0415
    from messenger.volatile import volatile  # noqa: PLC0415

    committed: dict[int, float] = {}
    publish = volatile.publish

    def note(channels: Any, message: bytes, **more: Any) -> bool:
        event = json.loads(message)
        if event["type"] == "message":
            committed[event["message"]] = time.monotonic()
        return publish(channels, message, **more)

    volatile.publish = note  # type: ignore[method-assign]
    writer = User.objects.get(pk=operator)
    for number, pk in evenly(rate, messages, conversations):
        post_from_operator(conversation_id=pk, operator=writer, body=f"Answer {number}")
    return committed


if __name__ == "__main__":
    main()
