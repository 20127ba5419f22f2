"""The streams' application with less patience for slow clients, so that a test need not wait for it."""

from messenger.stream import asgi, stream

stream.SEND_SECONDS = 2.0
application = asgi.application
