"""A stream process per module."""

from collections.abc import Iterator

import pytest

from tests.stream.server import StreamServer, stream_server


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamServer]:
    with stream_server(tmp_path_factory.mktemp("stream")) as running:
        yield running
