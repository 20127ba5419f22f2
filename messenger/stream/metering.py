"""What a stream process counts. docs/operations/watch.md says what each number means."""

from datetime import UTC, datetime

from crm.monitoring.metrics import Counter, Gauge, Histogram

STREAMS_OPEN = Gauge(
    "messenger_streams_open", "Open event streams of this process.", ["kind"], multiprocess_mode="livesum"
)
STREAMS_OPENED = Counter("messenger_streams_opened", "Streams let in.", ["kind"])
STREAMS_REFUSED = Counter("messenger_streams_refused", "Streams refused, by status.", ["kind", "status"])
STREAM_EVENTS = Counter("messenger_stream_events", "Events written to streams.", ["kind"])
STREAM_CAUGHT_UP = Counter(
    "messenger_stream_caught_up", "Visitors' streams that began with messages missed while they were away."
)
STREAM_RESYNCS = Counter(
    "messenger_stream_resyncs", "Times that operators' pages were told to read again, as events were lost."
)
DELIVERY_SECONDS = Histogram(
    "messenger_stream_delivery_seconds",
    "Time from a message's row to its writing into a visitor's open stream.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
STREAM_CONNECTED = Gauge(
    "messenger_stream_connected",
    "1 while this stream process hears events from Redis.",
    multiprocess_mode="livemin",
)


class Meters:
    """What one kind of streams counts: each child is looked up once, not per event."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.open = STREAMS_OPEN.labels(kind)
        self.opened = STREAMS_OPENED.labels(kind)
        self.events = STREAM_EVENTS.labels(kind)

    def refused(self, status: int) -> None:
        STREAMS_REFUSED.labels(self.kind, str(status)).inc()


VISITORS = Meters("visitor")
OPERATORS = Meters("operator")


def note_delivery(written_at: str) -> None:
    """Of a message, by its moment as the interface tells it. Clocks of two machines may differ: never below zero."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(written_at)).total_seconds()
    DELIVERY_SECONDS.observe(max(0.0, seconds))
