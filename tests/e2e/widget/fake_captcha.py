"""The proof of work of the widget's own tests: ALTCHA's algorithm, each challenge good for one message."""

import base64
import hashlib
import json
import secrets
from typing import Any


class FakeCaptcha:
    """`issued`: challenges not yet used, by their hash."""

    def __init__(self, maxnumber: int = 5_000, *, hardest: bool = False) -> None:
        self.maxnumber = maxnumber
        self.hardest = hardest
        self.issued: dict[str, int] = {}
        self.accepted = 0

    def challenge(self) -> dict[str, Any]:
        salt = f"{secrets.token_hex(12)}?expires=1790000000&"
        number = self.maxnumber if self.hardest else secrets.randbelow(self.maxnumber + 1)
        challenge = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
        self.issued[challenge] = number
        own = {"maxnumber": self.maxnumber, "salt": salt, "signature": "0" * 64}
        return {"algorithm": "SHA-256", "challenge": challenge} | own

    def accepts(self, captcha: str | None) -> bool:
        if not captcha:
            return False
        said = json.loads(base64.b64decode(captcha))
        if self.issued.pop(said["challenge"], None) != said["number"] or said["signature"] != "0" * 64:
            return False
        self.accepted += 1
        return True

    def expire(self) -> None:
        self.issued.clear()
