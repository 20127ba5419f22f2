"""The number of a conversation, as people write it into a search."""

import re

_NUMBER = re.compile(r"#?([0-9]{1,18})")


def number_in(text: str) -> int | None:
    """Of "#305" or "305"; None of anything else."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None
