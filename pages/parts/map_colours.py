"""Classes and colours of the grid map. Colour-blind safe: households blue–pale–orange around the band, counts one hue from light to dark.

Each class is told by the number on the cell too, so nothing hangs on colour alone.
"""

from dataclasses import dataclass

from core.rulebook import Threshold
from core.small_counts import FEW, MORE, Shown
from core.words import t

AROUND = ("#2166ac", "#92c5de", "#f3ecd9", "#fdb863", "#d95f02")
RISING = {
    "open_orders": ("#ffffff", "#d0d1e6", "#8fa8cf", "#3f79b5", "#084081"),
    "overdue_orders": ("#ffffff", "#fee0b6", "#fdae6b", "#e6550d", "#8c2d04"),
    "special_residents": ("#ffffff", "#dadaeb", "#b0a9d3", "#7d6bb3", "#4a1486"),
    "overdue_care": ("#ffffff", "#fee0b6", "#fdae6b", "#e6550d", "#8c2d04"),
    "package_gaps": ("#ffffff", "#dadaeb", "#b0a9d3", "#7d6bb3", "#4a1486"),
}
SHADES = ("households", *RISING)
OPACITY, EMPTY = 0.62, 0.25
NEAR = 50
"""Households either side of grid.size's own figure that still count as about it."""


@dataclass(frozen=True)
class ShadeClass:
    """Whole numbers from `low` to `high`, both included; None: open on that side."""

    low: int | None
    high: int | None
    colour: str
    opacity: float = OPACITY

    def holds(self, n: int) -> bool:
        return (self.low is None or n >= self.low) and (self.high is None or n <= self.high)

    def label(self, lang: str) -> str:
        """The class in words."""
        if self.low is None:
            return t("map.class_under", lang, high=self.high + 1)
        if self.high is None:
            return t("map.class_from", lang, low=self.low)
        return str(self.low) if self.low == self.high else t("map.class_range", lang, low=self.low, high=self.high)


def classes(shade: str, values: list[Shown], band: Threshold) -> list[ShadeClass]:
    """The classes for `shade`, one of SHADES; those of counts follow the largest value."""
    if shade == "households":
        return _around(band)
    colours = RISING[shade]
    steps = _steps(max((number(v) for v in values), default=0))
    counted = [ShadeClass(low, high, colour) for (low, high), colour in zip(steps, colours[1:], strict=False)]
    return [ShadeClass(0, 0, colours[0], EMPTY), *counted]


def class_of(shades: list[ShadeClass], value: Shown) -> ShadeClass:
    """The class a figure falls into; a hidden one into the class of what is known of it."""
    return next(one for one in shades if one.holds(number(value)))


def number(value: Shown) -> int:
    """A figure as a number to shade by: "<3" as none, "≥3" as 3."""
    return {FEW: 0, MORE: 3}.get(value, value)


def _around(band: Threshold) -> list[ShadeClass]:
    low, high = (int(n) for n in band.figure)
    middle = int(band.about or (low + high) / 2)
    edges = [(None, low - 1), (low, middle - NEAR - 1), (middle - NEAR, middle + NEAR), (middle + NEAR + 1, high), (high + 1, None)]
    return [ShadeClass(a, b, colour) for (a, b), colour in zip(edges, AROUND, strict=True)]


def _steps(top: int) -> list[tuple[int, int | None]]:
    """Up to four classes from 1 on: 1–2, 3–5, 6–10, 11… for small counts; quarters of a round number for large ones."""
    if top <= 20:
        starts = [low for low in (1, 3, 6, 11) if low <= max(top, 1)]
    else:
        unit = next(u for u in (10, 20, 25, 50, 100, 200, 250, 500, 1000, 10**9) if u * 4 >= top)
        starts = [1, unit + 1, 2 * unit + 1, 3 * unit + 1]
    return [(low, (starts[i + 1] - 1) if i + 1 < len(starts) else None) for i, low in enumerate(starts)]
