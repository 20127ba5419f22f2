"""GIF (87a, 89a). Frames are decoded and encoded one by one, each with its own colours: nothing is lost or composed."""

from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from messenger.lib.uploads.outline import MAX_PARTS, Damaged, Outline

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


@dataclass(frozen=True, slots=True)
class Frame:
    control: bytes
    left: int
    top: int
    width: int
    height: int
    is_interlaced: bool
    colours: bytes
    size_bits: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Gif:
    width: int
    height: int
    screen: bytes
    colours: bytes
    loops: bytes
    frames: list[Frame]


def outline(data: bytes) -> Outline:
    found = _parse(data)
    return Outline(found.width, found.height, len(found.frames))


def encode(data: bytes, found: Outline, max_bytes: int) -> bytes:
    """Without loss; the limit can't be met by lower quality that wouldn't show."""
    source = _parse(data)
    output = BytesIO()
    size = source.width.to_bytes(2, "little") + source.height.to_bytes(2, "little")
    output.write(b"GIF89a" + size + source.screen + source.colours)
    if len(source.loops) == 2:
        output.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + source.loops + b"\0")
    for frame in source.frames:
        output.write(_written(frame))
    output.write(bytes([_TRAILER]))
    return output.getvalue()


def _written(frame: Frame) -> bytes:
    control = b"\x21\xf9\x04" + frame.control + b"\0" if frame.control else b""
    place = b"".join(
        number.to_bytes(2, "little") for number in (frame.left, frame.top, frame.width, frame.height)
    )
    flags = (0x80 | frame.size_bits) if frame.colours else 0
    return control + bytes([_IMAGE]) + place + bytes([flags]) + frame.colours + _packed(frame)


def _packed(frame: Frame) -> bytes:
    """The colour numbers of one frame, decoded and encoded anew: as a grey picture, numbers stay as they are."""
    size = frame.width.to_bytes(2, "little") + frame.height.to_bytes(2, "little")
    flags = bytes([0x40 if frame.is_interlaced else 0])
    alone = b"GIF89a" + size + bytes([0, 0, 0, _IMAGE, 0, 0, 0, 0]) + size + flags + frame.pixels + b";"
    image = GifImageFile(BytesIO(alone))
    image.load()
    output = BytesIO()
    Image.frombytes("L", image.size, image.tobytes()).save(output, "GIF", optimize=False, interlace=False)
    return _parse(output.getvalue()).frames[0].pixels


def _parse(data: bytes) -> Gif:
    """Everything but comments, foreign extensions and what follows the trailer."""
    reader = _Reader(data, 6)
    width, height = reader.number(), reader.number()
    screen = reader.take(3)
    colours = reader.take(3 << ((screen[0] & 7) + 1)) if screen[0] & 0x80 else b""
    frames: list[Frame] = []
    control = loops = b""
    for _ in range(MAX_PARTS):
        kind = reader.take(1)[0]
        if kind == _IMAGE:
            frames.append(_frame(reader, control))
            control = b""
        elif kind == _EXTENSION:
            label, block = reader.take(1)[0], reader.peek()
            if label == _CONTROL and len(block) == 4:
                control = block
            elif label == _APPLICATION and block in _LOOPS:
                loops = reader.peek(1 + len(block))[1:3]
            reader.skip_blocks()
        elif kind == _TRAILER:
            return _grown(Gif(width, height, screen, colours, loops, frames))
        elif kind:
            raise Damaged("block")
    raise Damaged("too many blocks")


def _grown(found: Gif) -> Gif:
    """With a screen that holds all its frames, as Pillow and browsers let it grow."""
    if not found.frames:
        raise Damaged("no frame")
    width = max(found.width, *(frame.left + frame.width for frame in found.frames))
    height = max(found.height, *(frame.top + frame.height for frame in found.frames))
    return replace(found, width=width, height=height)


def _frame(reader: "_Reader", control: bytes) -> Frame:
    left, top, width, height = reader.number(), reader.number(), reader.number(), reader.number()
    if not width or not height:
        raise Damaged("empty frame")
    flags = reader.take(1)[0]
    colours = reader.take(3 << ((flags & 7) + 1)) if flags & 0x80 else b""
    start = reader.position
    reader.take(1)
    reader.skip_blocks()
    pixels = reader.data[start : reader.position]
    return Frame(control, left, top, width, height, bool(flags & 0x40), colours, flags & 7, pixels)


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.position = position

    def take(self, count: int) -> bytes:
        taken = self.data[self.position : self.position + count]
        if len(taken) < count:
            raise Damaged("cut off")
        self.position += count
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def peek(self, offset: int = 0) -> bytes:
        """The block of a chain that begins `offset` bytes ahead."""
        start = self.position + offset
        size = self.data[start : start + 1]
        return self.data[start + 1 : start + 1 + size[0]] if size else b""

    def skip_blocks(self) -> None:
        """To the end of a chain. In one loop: there may be millions of blocks."""
        data, position = self.data, self.position
        try:
            while size := data[position]:
                position += size + 1
        except IndexError as error:
            raise Damaged("cut off") from error
        self.position = position + 1
