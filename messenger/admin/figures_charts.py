"""The geometry of the figures' charts: SVG without text, which stretches to any width; labels are HTML beside it.

Drawn on the server, so that charts are there without scripts, take the theme's colours by CSS, and can be printed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from messenger.admin.figures_words import number, span

HEIGHT = 100
# Each is as far from the next on the scale: between them it is logarithmic.
STEPS = (1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000, 31_536_000)
# More labels than these are written only at the ends and between.
MOST_LABELS, FEW_LABELS = 13, 5


class Bar(NamedTuple):
    """`rest` stands on top of `main`; `tip` is what it says."""

    x: float
    width: float
    main_y: float
    main_height: float
    rest_y: float
    rest_height: float
    tip: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chart has: so many columns, the labels of the scale from the top down, those below it."""

    columns: int
    scale: list[str]
    labels: list[str]

    @property
    def is_dense(self) -> bool:
        return self.columns > MOST_LABELS

    @property
    def lines(self) -> list[float]:
        """The heights of the scale's lines."""
        last = len(self.scale) - 1
        return [round(HEIGHT * place / last, 2) for place in range(last)] if last else []


@dataclass(frozen=True, slots=True)
class Columns:
    frame: Frame
    bars: list[Bar]


class Line(NamedTuple):
    """`path` and `dots` are SVG's; `kind` names its colour."""

    kind: str
    path: str
    dots: str


@dataclass(frozen=True, slots=True)
class Lines:
    frame: Frame
    lines: list[Line]
    tips: list[tuple[float, str]]


def columns(values: Sequence[tuple[int, int]], labels: Sequence[str], tips: Sequence[str]) -> Columns:
    """Of each place what is below and what is on top of it."""
    top = _top(max((main + rest for main, rest in values), default=0))
    bars = []
    for place, (main, rest) in enumerate(values):
        low, high = HEIGHT * main / top, HEIGHT * (main + rest) / top
        bars.append(
            Bar(
                round(place + 0.14, 3),
                0.72,
                round(HEIGHT - low, 2),
                round(low, 2),
                round(HEIGHT - high, 2),
                round(high - low, 2),
                tips[place],
            )
        )
    scale = [number(top), number(top / 2) if top % 2 == 0 else "", "0"]
    return Columns(Frame(len(values), scale, chosen(labels)), bars)


def lines(
    series: Sequence[tuple[str, Sequence[float | None]]], labels: Sequence[str], tips: Sequence[str]
) -> Lines | None:
    """Lengths of time; a line is broken where there are none. None where there are none at all."""
    known = [max(value, STEPS[0]) for _kind, values in series for value in values if value is not None]
    if not known:
        return None
    steps = _steps(min(known), max(known))
    drawn = [_line(kind, values, steps) for kind, values in series]
    frame = Frame(len(labels), [span(step) for step in reversed(steps)], chosen(labels))
    return Lines(frame, drawn, list(zip(map(float, range(len(tips))), tips, strict=True)))


def chosen(labels: Sequence[str]) -> list[str]:
    """All of a few, a few of many."""
    if len(labels) <= MOST_LABELS:
        return list(labels)
    last = len(labels) - 1
    return [labels[round(last * place / (FEW_LABELS - 1))] for place in range(FEW_LABELS)]


def _line(kind: str, values: Sequence[float | None], steps: Sequence[int]) -> Line:
    points = [
        None if value is None else (place + 0.5, _height(value, steps)) for place, value in enumerate(values)
    ]
    path = " ".join(
        f"{'M' if not place or points[place - 1] is None else 'L'}{point[0]:g} {point[1]:g}"
        for place, point in enumerate(points)
        if point is not None
    )
    return Line(
        kind, path, " ".join(f"M{point[0]:g} {point[1]:g}h0" for point in points if point is not None)
    )


def _height(value: float, steps: Sequence[int]) -> float:
    place = _place(max(value, steps[0]), steps)
    return round(HEIGHT * (1 - place / (len(steps) - 1)), 2)


def _place(value: float, steps: Sequence[int]) -> float:
    """Where it stands between the steps: 1.5 is half way from the second to the third."""
    for before, (low, high) in enumerate(pairwise(steps)):
        if value <= high:
            return before + math.log(value / low) / math.log(high / low)
    return len(steps) - 1


def _steps(least: float, most: float) -> Sequence[int]:
    """Those that hold all, at least two."""
    first = max((place for place, step in enumerate(STEPS) if step <= least), default=0)
    last = min((place for place, step in enumerate(STEPS) if step >= most), default=len(STEPS) - 1)
    return STEPS[min(first, len(STEPS) - 2) : max(last, first + 1) + 1]


def _top(most: int) -> int:
    """A round number that is not less."""
    if most <= 4:
        return max(2, most + most % 2)
    power = 10 ** (len(str(most)) - 1)
    return next(int(factor * power) for factor in (1, 2, 3, 4, 5, 6, 8, 10) if factor * power >= most)
