"""The streams' application where operators' channels are opened when the test says so, in the folder of STREAM_GATE."""

import asyncio
import os
from pathlib import Path

from messenger.stream import asgi, operators
from messenger.stream.operator_stream import OperatorStream

GATE = Path(os.environ["STREAM_GATE"])
join = operators.Operators.join


async def join_late(self: operators.Operators, stream: OperatorStream) -> None:
    (GATE / "waiting").touch()
    while not (GATE / "open").exists():  # noqa: ASYNC110  (another process makes it)
        await asyncio.sleep(0.02)
    await join(self, stream)


operators.Operators.join = join_late  # type: ignore[method-assign]
application = asgi.application
