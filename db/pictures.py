"""What a picture's bytes show: a small copy for lists, a larger one for a screen, and its look. Copies are made anew: no place or time of the camera goes with them."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from core.files import MOST_PIXELS
from core.likeness import HEIGHT, WIDTH, look

SMALL, LARGE = 320, 1600
"""Longer side in points of the copy in a list, and of the one for a screen."""


@dataclass(frozen=True)
class Picture:
    """A small copy (JPEG), and core.likeness.look of it."""

    preview: bytes
    look: bytes | None


def read(content: bytes) -> Picture | None:
    """What `content` shows; None when it is damaged or has more than MOST_PIXELS."""
    drawn = _drawn(content, SMALL)
    return drawn and Picture(_jpeg(drawn), look(drawn.convert("L").resize((WIDTH, HEIGHT), Image.Resampling.BOX).tobytes()))


def scaled(content: bytes) -> bytes | None:
    """A JPEG of it of LARGE points at most; None when it can't be drawn."""
    drawn = _drawn(content, LARGE)
    return drawn and _jpeg(drawn)


def _drawn(content: bytes, side: int) -> Image.Image | None:
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (2 * side, 2 * side))
            # Scaled before it is turned: turning copies the whole.
            opened.thumbnail((side, side))
            return _on_white(ImageOps.exif_transpose(opened))
    except Exception:  # a decoder fed with damaged bytes raises whatever it stumbles over
        return None


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def _jpeg(picture: Image.Image) -> bytes:
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=80, optimize=True)
    return kept.getvalue()
