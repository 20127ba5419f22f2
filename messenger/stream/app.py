"""The ASGI application for event streams, and for nothing else."""

from crm.monitoring.context import begin_request
from messenger.stream.answers import answer
from messenger.stream.hub import Hub
from messenger.stream.operator_door import OperatorDoor
from messenger.stream.operators import Operators
from messenger.stream.probes import PROBE_PATHS, answer_probe
from messenger.stream.shutdown import Farewell
from messenger.stream.visitor_door import VisitorDoor
from messenger.stream.visitors import Visitors
from messenger.stream.wire import Receive, Scope, Send

VISITOR_PATH = "/api/widget/stream/"
OPERATOR_PATH = "/api/messenger/stream/"
STREAM_PATHS = frozenset({VISITOR_PATH, OPERATOR_PATH})


class StreamApplication:
    """Starts with the server's lifespan or, without one, with the first stream."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._farewell: Farewell | None = None
        self._doors: dict[str, VisitorDoor | OperatorDoor] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            hub = self._start()
            begin_request()
            door = self._doors.get(scope["path"])
            if scope["path"] in PROBE_PATHS:
                await answer_probe(hub, scope, send)
            elif door is None:
                await answer(send, 404, b"", [])
            else:
                await door(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _start(self) -> Hub:
        if self._hub is not None:
            return self._hub
        hub = self._hub = Hub()
        self._doors = {
            VISITOR_PATH: VisitorDoor(hub, Visitors(hub)),
            OPERATOR_PATH: OperatorDoor(hub, Operators(hub)),
        }
        hub.start()
        self._farewell = Farewell(hub.say_farewell)
        self._farewell.install()
        return hub

    def _stop(self) -> None:
        if self._hub is not None and self._farewell is not None:
            self._farewell.remove()
            self._hub.say_farewell()
            self._hub.stop()
