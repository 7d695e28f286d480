"""A few shapes of SVG, as text: enough for three pictures, and nothing to install."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 900, 600, 60
"""Of every picture, with an edge for words."""

FONT = "font-family='sans-serif' font-size='13'"

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


def dot(at: Point, colour: str, radius: float, label: str) -> str:
    """Return a dot that tells what it is when pointed at."""
    inner = f"<title>{escape(label)}</title>"
    return f"<circle cx='{at[0]:.1f}' cy='{at[1]:.1f}' r='{radius}' fill='{colour}'>{inner}</circle>"


def bars(values: Sequence[tuple[str, float]], unit: str) -> list[str]:
    """Return bars from the left to the right, the largest as high as there is room, with an axis."""
    top = max((value for _, value in values), default=0.0) or 1.0
    wide, high = (WIDTH - 2 * EDGE) / max(1, len(values)), HEIGHT - 2 * EDGE
    shapes = [
        line([(EDGE, EDGE), (EDGE, HEIGHT - EDGE), (WIDTH - EDGE, HEIGHT - EDGE)], "#444444"),
        words((EDGE - 6, EDGE + 4), f"{top:g}", "end"),
        words((EDGE - 6, HEIGHT - EDGE), "0", "end"),
        words((EDGE, EDGE - 10), unit),
    ]
    for number, (label, value) in enumerate(values):
        tall = high * value / top
        shapes.append(
            f"<rect x='{EDGE + number * wide + 1:.1f}' y='{HEIGHT - EDGE - tall:.1f}' width='{max(1.0, wide - 2):.1f}' "
            f"height='{tall:.1f}' fill='#2b6cb0'><title>{escape(label)}: {value:g}</title></rect>"
        )
    if values:
        shapes.append(words((EDGE, HEIGHT - EDGE + 20), values[0][0]))
        shapes.append(words((WIDTH - EDGE, HEIGHT - EDGE + 20), values[-1][0], "end"))
    return shapes


def colour(number: int) -> str:
    """Return one of many colours that differ from their neighbours."""
    return f"hsl({number * 137 % 360}, 65%, {40 + number % 3 * 8}%)"
