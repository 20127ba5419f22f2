"""Files as the browser sends them, and some to send."""

import struct
import uuid
import zlib
from email import message_from_bytes
from email.policy import HTTP
from functools import cache
from typing import Any

from playwright.sync_api import FilePayload


def parse_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Fields as text; `files` as a list of (name, content type, bytes)."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    said: dict[str, Any] = {"files": []}
    for part in message_from_bytes(head + body, policy=HTTP).iter_parts():
        content, name = part.get_payload(decode=True), part.get_filename()
        assert isinstance(content, bytes)
        if name is None:
            said[str(part.get_param("name", header="content-disposition"))] = content.decode()
        else:
            said["files"].append((name, part.get_content_type(), content))
    return said


def describe(name: str, kind: str, content: bytes, signature: str) -> dict[str, Any]:
    """An attachment of contract.md."""
    own = str(uuid.uuid4())
    size = struct.unpack(">II", content[16:24]) if kind == "image/png" else (None, None)
    return {
        "id": own,
        "url": f"/api/widget/attachment/{own}/?s={signature}",
        "original_name": name,
        "content_type": kind,
        "size": len(content),
        "width": size[0],
        "height": size[1],
    }


@cache
def png(width: int = 640, height: int = 400, noise: int = 0) -> bytes:
    """A picture with some colours in it; `noise` bytes make it as large as is wanted."""
    rows = b"".join(
        b"\0" + b"".join(bytes((40 + x * 180 // width, 90 + y * 120 // height, 200)) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    if noise:
        parts.insert(1, (b"noIs", bytes(noise)))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def payload(name: str, kind: str = "image/png", content: bytes | None = None) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": png() if content is None else content}
