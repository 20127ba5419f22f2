"""Broken files of every kind: each is taken or refused, and nothing else ever comes out."""

import random
import zlib

import pytest

from messenger.lib.uploads import FileRefused
from tests.lib.uploads.files import SAMPLES, clean

MUTATIONS = 120
HEAD = 150


def mutated(data: bytes, chance: random.Random) -> bytes:
    """With a few bytes changed, taken out or doubled, in the head more often than elsewhere."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        position = chance.randrange(min(HEAD, len(changed)) if chance.random() < 0.5 else len(changed))
        match chance.randrange(5):
            case 0:
                changed[position] = chance.randrange(256)
            case 1:
                changed[position] ^= 1 << chance.randrange(8)
            case 2:
                changed[position : position + 4] = chance.choice((bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff"))
            case 3:
                del changed[position + 1 : position + chance.randrange(2, 30)]
            case _:
                changed[position:position] = changed[position : position + chance.randrange(1, 50)]
    return bytes(changed)


def with_sums(data: bytes) -> bytes:
    """A PNG with its checksums made right, so that more than the checksum is tried."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    output, position = bytearray(data[:8]), 8
    while position + 12 <= len(data):
        end = position + 8 + int.from_bytes(data[position : position + 4])
        output += data[position:end] + zlib.crc32(data[position + 4 : end]).to_bytes(4)
        position = end + 4
    return bytes(output)


@pytest.mark.parametrize("name", SAMPLES)
def test_mutations(name: str) -> None:
    chance = random.Random(name)
    taken = 0
    for _ in range(MUTATIONS):
        data = mutated(SAMPLES[name], chance)
        try:
            clean(with_sums(data) if chance.random() < 0.7 else data, max_pixels=1_000_000)
        except FileRefused:
            continue
        taken += 1
    assert taken < MUTATIONS
