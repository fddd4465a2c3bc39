"""Photos of the demo: rooms and stairwells that nobody has ever seen, drawn from a seed."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 720


def drawn(seed: int, *, width: int = WIDTH, quality: int = 82) -> bytes:
    """A JPEG of an invented room: wall, floor, window, things standing about. Smaller or worse, it is a copy of the same."""
    chance = random.Random(seed)
    room = Image.new("RGB", (WIDTH, HEIGHT), _pale(chance))
    pen = ImageDraw.Draw(room)
    pen.rectangle((0, HEIGHT * 2 // 3, WIDTH, HEIGHT), fill=_dark(chance))
    left = chance.randrange(80, WIDTH - 320)
    pen.rectangle((left, 80, left + 240, 300), fill=(222, 238, 246), outline=(250, 250, 250), width=12)
    pen.line((left + 120, 80, left + 120, 300), fill=(250, 250, 250), width=10)
    for _ in range(chance.randrange(6, 10)):
        x, y, across, high = chance.randrange(-40, WIDTH - 80), chance.randrange(320, 560), chance.randrange(70, 260), chance.randrange(60, 220)
        pen.rounded_rectangle((x, y, x + across, y + high), 18, fill=_dark(chance))
    room = room.filter(ImageFilter.GaussianBlur(2)).resize((width, width * HEIGHT // WIDTH))
    kept = BytesIO()
    room.save(kept, "JPEG", quality=quality)
    return kept.getvalue()


def _pale(chance: random.Random) -> tuple[int, ...]:
    return tuple(chance.randrange(190, 236) for _ in range(3))


def _dark(chance: random.Random) -> tuple[int, ...]:
    return tuple(chance.randrange(40, 190) for _ in range(3))
