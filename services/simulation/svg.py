"""A few shapes of SVG, as text: enough for three pictures, and nothing to install."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 900, 600, 60
"""Of every picture, with an edge for words."""

FONT = "font-family='sans-serif' font-size='13'"
SMALL = "font-family='sans-serif' font-size='11'"

LETTER, LINE = 8.0, 13.0
"""How wide a letter is at the most, and how much room upright words need side by side."""

NAME_MOST = 8
"""Letters of a name that fit upright under a bar; the whole name is told when the bar is pointed at."""

Point = tuple[float, float]


def picture(title: str, shapes: Iterable[str]) -> str:
    """Return a whole picture with its title, for eyes and for screen readers."""
    inner = "\n".join(shapes)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"width='{WIDTH}' height='{HEIGHT}'>\n<title>{escape(title)}</title>\n"
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>\n"
        f"{words((WIDTH / 2, EDGE / 2), title, 'middle')}\n{inner}\n</svg>\n"
    )


def words(at: Point, text: str, anchor: str = "start") -> str:
    """Return a line of text."""
    return f"<text x='{at[0]:.1f}' y='{at[1]:.1f}' text-anchor='{anchor}' {FONT}>{escape(text)}</text>"


def line(points: Sequence[Point], colour: str) -> str:
    """Return a line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='1.5' stroke-opacity='0.8'/>"


def square(at: Point, colour: str, half: float, label: str) -> str:
    """Return a hollow square that tells what it is when pointed at."""
    x, y, inner = at[0] - half, at[1] - half, f"<title>{escape(label)}</title>"
    return (
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{2 * half}' height='{2 * half}' fill='white' stroke='{colour}' "
        f"stroke-width='1.5'>{inner}</rect>"
    )


def dot(at: Point, colour: str, radius: float, label: str) -> str:
    """Return a dot that tells what it is when pointed at."""
    inner = f"<title>{escape(label)}</title>"
    return f"<circle cx='{at[0]:.1f}' cy='{at[1]:.1f}' r='{radius}' fill='{colour}'>{inner}</circle>"


def bars(values: Sequence[tuple[str, float]], unit: str) -> list[str]:
    """Return bars from the left to the right, the largest as high as there is room, each with its name and figure."""
    top = max((value for _, value in values), default=0.0) or 1.0
    wide, high = (WIDTH - 2 * EDGE) / max(1, len(values)), HEIGHT - 2 * EDGE
    shapes = [
        line([(EDGE, EDGE), (EDGE, HEIGHT - EDGE), (WIDTH - EDGE, HEIGHT - EDGE)], "#444444"),
        words((EDGE - 6, EDGE + 4), f"{top:g}", "end"),
        words((EDGE - 6, HEIGHT - EDGE), "0", "end"),
        words((EDGE, EDGE - 10), unit),
    ]
    for number, (label, value) in enumerate(values):
        left, tall = EDGE + number * wide, high * value / top
        shapes.append(
            f"<rect x='{left + 1:.1f}' y='{HEIGHT - EDGE - tall:.1f}' width='{max(1.0, wide - 2):.1f}' "
            f"height='{tall:.1f}' fill='#2b6cb0'><title>{escape(label)}: {value:g}</title></rect>"
        )
        if wide >= LETTER * len(f"{top:g}"):
            shapes.append(words((left + wide / 2, HEIGHT - EDGE - tall - 4), f"{value:g}", "middle"))
    return shapes + _names([label for label, _ in values], wide)


def _names(labels: Sequence[str], wide: float) -> list[str]:
    """Return the names under bars: level where there is room, else upright, of very narrow bars only some."""
    below = HEIGHT - EDGE + 16
    labels = [label if len(label) <= NAME_MOST else f"{label[: NAME_MOST - 1]}…" for label in labels]
    if wide >= LETTER * max(map(len, labels), default=0):
        return [words((EDGE + (k + 0.5) * wide, below), label, "middle") for k, label in enumerate(labels)]
    every = max(1, math.ceil(LINE / wide))
    spots = ((EDGE + (k + 0.5) * wide + 4, below - 8, label) for k, label in enumerate(labels) if k % every == 0)
    return [
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='end' transform='rotate(-90 {x:.1f} {y:.1f})' {SMALL}>"
        f"{escape(label)}</text>"
        for x, y, label in spots
    ]


def colour(number: int) -> str:
    """Return one of many colours that differ from their neighbours."""
    return f"hsl({number * 137 % 360}, 65%, {40 + number % 3 * 8}%)"
