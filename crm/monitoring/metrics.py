"""What the processes count of themselves. docs/operations/watch.md says what each number means.

Labels are bounded by the code: names of addresses, never paths; never ids of inboxes, people or conversations.
With PROMETHEUS_MULTIPROC_DIR each process counts in a file there, and any of them reads all (exposition.py).
"""

from functools import partial

import prometheus_client
from prometheus_client import CollectorRegistry

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
Counter = partial(prometheus_client.Counter, registry=REGISTRY)
Gauge = partial(prometheus_client.Gauge, registry=REGISTRY)
Histogram = partial(prometheus_client.Histogram, registry=REGISTRY)

REQUESTS = Counter(
    "messenger_http_requests", "Requests answered by the web service.", ["endpoint", "method", "status"]
)
REQUEST_SECONDS = Histogram(
    "messenger_http_request_seconds",
    "Time from a request to its answer in the web service.",
    ["endpoint"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
THROTTLED = Counter(
    "messenger_throttled", "Requests refused with 429, by what was limited and per what.", ["what", "per"]
)
MESSAGES = Counter("messenger_messages", "Messages written, by direction: in, out, internal.", ["direction"])
REDIS_FALLBACK = Gauge(
    "messenger_redis_fallback",
    "1 while a process keeps short-lived state in its memory because Redis does not answer.",
    multiprocess_mode="livemax",
)
