"""Caddy under HTTPS as in docker-compose.yml, with a certificate of its own authority in place of a public one."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx

from crm.servers.base import free_port
from tests.stream.server import ROOT
from tests.topology.processes import Proxy

NAME = "localhost"
CONFIGURATION = ROOT / "deploy" / "Caddyfile"


class SecureProxy(Proxy):
    """`port` is that of HTTPS. Only the two ports of our Caddyfile are others, as tests can't have 80 and 443."""

    def __init__(self, caddy: str, folder: Path, **upstreams: list[int]) -> None:
        super().__init__(caddy, folder, **upstreams)
        self.plain_port = free_port()
        self.settings |= {
            "SITE_ADDRESS": NAME,
            "TARGETS": str(CONFIGURATION.with_name("targets.local.caddy")),
        }
        self._file = folder / "Caddyfile"
        ports = f"\thttp_port {self.plain_port}\n\thttps_port {self.port}\n\tskip_install_trust\n"
        self._file.write_text(CONFIGURATION.read_text("utf-8").replace("{\n", "{\n" + ports, 1), "utf-8")

    @property
    def trust(self) -> ssl.SSLContext:
        """In its authority alone."""
        return ssl.create_default_context(cafile=self.authority)

    def client(self) -> httpx.Client:
        """For both ports; redirects are not followed."""
        return httpx.Client(base_url=f"https://{NAME}:{self.port}", verify=self.trust, timeout=10)

    @contextlib.contextmanager
    def connection(self, *protocols: str) -> Iterator[ssl.SSLSocket]:
        """`protocols` are offered by ALPN."""
        trust = self.trust
        trust.set_alpn_protocols(list(protocols))
        with (
            socket.create_connection(("127.0.0.1", self.port), 10) as bare,
            trust.wrap_socket(bare, server_hostname=NAME) as client,
        ):
            yield client

    def _command(self) -> list[str]:
        return [self._caddy, "run", "--config", str(self._file), "--adapter", "caddyfile"]

    def _is_ready(self) -> bool:
        """With its certificate."""
        return super()._is_ready() and self.authority.exists() and self._answers()

    def _answers(self) -> bool:
        try:
            with self.connection("http/1.1"):
                return True
        except OSError:
            return False

    @property
    def authority(self) -> Path:
        return self.folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
