"""A person sees the same picture as before."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from tests.lib.uploads.files import (
    DURATION,
    SIZE,
    animation,
    clean,
    colour_profile,
    encoded,
    exif,
    opened,
    picture,
)

FORMATS = ["JPEG", "PNG", "WEBP"]


def pixels(image: Image.Image) -> bytes:
    return image.convert("RGBA").tobytes()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean over all channels, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def moved(image: Image.Image) -> list[tuple[bytes, float | None]]:
    frames = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        frames.append((pixels(image), image.info.get("duration")))
    return frames


@pytest.mark.parametrize(
    ("image_format", "mode", "content_type"),
    [
        *(("PNG", mode, "image/png") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        ("GIF", "L", "image/gif"),
        ("GIF", "P", "image/gif"),
    ],
)
def test_lossless_picture_stays_as_it_is(image_format: str, mode: str, content_type: str) -> None:
    original = encoded(picture(mode), image_format)
    cleaned = clean(original)
    assert (cleaned.content_type, cleaned.width, cleaned.height) == (content_type, *SIZE)
    assert pixels(opened(cleaned)) == pixels(Image.open(BytesIO(original)))


def test_size_and_digest_are_of_what_is_stored() -> None:
    cleaned = clean(encoded(picture(), "PNG", exif=exif()))
    stored = cleaned.content.read()
    assert cleaned.size == len(stored) == cleaned.content.size
    assert cleaned.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("how", [{"quality": 30}, {"quality": 95, "subsampling": 0}, {"progressive": True}])
def test_jpeg_shows_no_loss_and_does_not_grow(mode: str, how: dict[str, Any]) -> None:
    original = encoded(picture(mode, (600, 400)), "JPEG", **how)
    cleaned = clean(original)
    assert cleaned.size < len(original) * 1.1
    shown = opened(cleaned)
    assert shown.mode == mode
    assert difference(shown, Image.open(BytesIO(original))) < 1


def test_webp_shows_no_loss() -> None:
    original = encoded(picture(size=(600, 400)), "WEBP", quality=80)
    assert difference(opened(clean(original)), Image.open(BytesIO(original))) < 2


def test_lossless_webp_stays_lossless() -> None:
    original = encoded(picture("RGBA"), "WEBP", lossless=True)
    assert pixels(opened(clean(original))) == pixels(Image.open(BytesIO(original)))


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_is_turned_upright(image_format: str, orientation: int) -> None:
    original = encoded(picture(), image_format, exif=exif(orientation), subsampling=0, lossless=True)
    upright = ImageOps.exif_transpose(Image.open(BytesIO(original)))
    cleaned = clean(original)
    assert (cleaned.width, cleaned.height) == upright.size
    shown = opened(cleaned)
    assert difference(shown, upright) < 2
    assert 0x0112 not in shown.getexif()


@pytest.mark.parametrize("image_format", FORMATS)
def test_place_camera_and_notes_are_gone(image_format: str) -> None:
    how: dict[str, Any] = {"exif": exif(), "xmp": b"<x:xmpmeta>secret xmp</x:xmpmeta>"}
    if image_format == "PNG":
        how = {"exif": exif()}
    cleaned = clean(encoded(picture(), image_format, **how))
    stored = cleaned.content.read()
    assert b"SecretCamera" not in stored
    assert b"secret" not in stored
    shown = Image.open(BytesIO(stored))
    assert not {"exif", "xmp", "photoshop", "comment"} & set(shown.info)
    assert not shown.getexif().get_ifd(0x8825)


@pytest.mark.parametrize("image_format", FORMATS)
def test_colour_profile_stays(image_format: str) -> None:
    cleaned = clean(encoded(picture(), image_format, icc_profile=colour_profile()))
    assert opened(cleaned).info["icc_profile"] == colour_profile()


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("profile", [b"<script>" * 40, colour_profile() + b"hidden", b"\0" * 40])
def test_what_is_no_profile_goes(image_format: str, profile: bytes) -> None:
    assert not opened(clean(encoded(picture(), image_format, icc_profile=profile))).info.get("icc_profile")


@pytest.mark.parametrize("image_format", ["PNG", "GIF", "WEBP"])
def test_animation_moves_as_before(image_format: str) -> None:
    original = animation(image_format, **({"lossless": True} if image_format == "WEBP" else {}))
    shown = opened(clean(original))
    assert shown.info["loop"] == 0
    frames = moved(shown)
    assert len(frames) == 4
    assert {duration for _, duration in frames} == {DURATION}
    assert frames == moved(Image.open(BytesIO(original)))


def test_animation_whose_first_picture_stands_outside() -> None:
    frames = [picture().rotate(20 * number) for number in range(3)]
    original = encoded(picture(), "PNG", save_all=True, default_image=True, append_images=frames, duration=50)
    shown = opened(clean(original))
    assert shown.info["default_image"]
    assert moved(shown) == moved(Image.open(BytesIO(original)))


def test_animation_with_a_palette() -> None:
    first = picture("P")
    others = [first.rotate(angle) for angle in (30, 60)]
    original = encoded(first, "PNG", save_all=True, append_images=others, duration=50)
    shown = opened(clean(original))
    assert shown.mode == "P"
    assert moved(shown) == moved(Image.open(BytesIO(original)))


def test_gif_whose_few_colours_lie_apart() -> None:
    image = Image.new("P", SIZE, 200)
    image.putpalette(bytes(number % 256 for number in range(768)))
    image.paste(77, (5, 5, 20, 20))
    original = encoded(image, "GIF", optimize=False)
    assert pixels(opened(clean(original))) == pixels(Image.open(BytesIO(original)))


def test_gif_with_interlace_transparency_and_colours_of_its_own() -> None:
    frames = [picture("P"), picture("RGB").rotate(30).quantize(16)]
    original = encoded(
        frames[0],
        "GIF",
        save_all=True,
        append_images=frames[1:],
        transparency=3,
        disposal=2,
        interlace=True,
        duration=40,
        loop=3,
    )
    shown = opened(clean(original))
    assert shown.info["loop"] == 3
    assert moved(shown) == moved(Image.open(BytesIO(original)))


def test_broken_animation_is_shown_as_a_still_picture() -> None:
    original = animation("PNG")
    start = original.index(b"acTL") - 4
    assert clean(original[:start] + original[start + 20 :]).width == SIZE[0]


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
def test_what_grew_beyond_the_limit_gets_coarser(image_format: str) -> None:
    noise = Image.effect_noise((300, 200), 80).convert("RGB")
    original = encoded(noise, image_format, quality=80, progressive=True)
    assert clean(original).size > len(original)
    assert clean(original, max_bytes=len(original)).size <= len(original)


def test_lossless_picture_that_grows_is_kept() -> None:
    original = encoded(picture("RGBA", (300, 200)), "PNG", optimize=True)
    cleaned = clean(original, max_bytes=len(original))
    assert cleaned.size > len(original)
