"""A server that speaks S3, on loopback, and the settings that lead to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto.server import ThreadedMotoServer

from crm import storage_settings

BUCKET = "attachments"


@contextmanager
def s3_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For the block; the bucket is still to be made."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "BUCKET": BUCKET,
        "ENDPOINT_URL": f"http://{host}:{port}",
        "REGION": "us-east-1",
        "ACCESS_KEY_ID": "key",
        "SECRET_ACCESS_KEY": "secret",
    }.items():
        monkeypatch.setattr(storage_settings, f"MESSENGER_S3_{name}", value)
    try:
        yield
    finally:
        server.stop()
