"""All that is counted, in the text format of Prometheus: this process's, or that of all processes of one service."""

import os
import re
from contextlib import suppress
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from crm.monitoring.metrics import REGISTRY

CONTENT_TYPE = CONTENT_TYPE_LATEST
_LIVE = re.compile(r"gauge_live\w+_(\d+)\.db")
_process = CollectorRegistry()
ProcessCollector(registry=_process)


def exposition(*more: Collector) -> bytes:
    """What is counted, and what `more` collectors find out now. With several processes theirs is added up."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    parts = [_of_all(folder)] if folder else [generate_latest(REGISTRY), generate_latest(_process)]
    for collector in more:
        asked = CollectorRegistry()
        asked.register(collector)
        parts.append(generate_latest(asked))
    return b"".join(parts)


def _of_all(folder: str) -> bytes:
    for name in os.listdir(folder):  # noqa: PTH208  (names are all that is needed)
        found = _LIVE.fullmatch(name)
        if found and not Path(f"/proc/{found[1]}").exists():
            # A process that was killed said nothing: its gauges would stand for ever.
            with suppress(FileNotFoundError):
                mark_process_dead(int(found[1]), folder)  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
