"""What trips say of travel times, for the command line."""

from __future__ import annotations

from collections.abc import Mapping

from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word_of
from linli.schemas.places import Terrain
from linli.services.cli.inbox_files import read_bytes
from linli.services.cli.out import Out
from linli.services.cli.words import both
from linli.services.sheets.limits import FILE_BYTES_MAX
from linli.services.travel.calibration import SHORTEST_M, TRIPS_MIN, Fit, fit, read_trips, too_few


def calibrate_file(name: str, out: Out) -> int:
    """Fit the trips of a file and show the outcome.

    Raises
    ------
    LinliError
        If the file is malformed, or no terrain has trips enough.
    """
    try:
        text = read_bytes(name, FILE_BYTES_MAX).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LinliError(Code.FILE_ENCODING, path=name) from None
    trips, short = read_trips(text, name)
    fits, few = fit(trips), too_few(trips)
    if not fits:
        raise LinliError(Code.PROBLEM, detail=f"{name}: {_too_few(few)}")
    out.data({"short": short, "trips": len(trips), "too_few": few, "fits": [one.as_dict() for one in fits]})
    heads = (
        both("terrain", "地形"),
        both("trips", "行程数"),
        both("s per straight km", "每直线公里秒数"),
        both("detour", "绕行系数"),
        both("km/h on the road", "路上时速（公里）"),
        both("error now / fitted", "误差：现用/校准后"),
        both("sure", "把握"),
    )
    out.table(heads, [_row(one) for one in fits])
    out.say(
        f"{short} trips below {SHORTEST_M:g} m were left aside.", f"{short} 次直线不足 {SHORTEST_M:g} 米的行程未采用。"
    )
    if few:
        told = _too_few(few)
        out.say(told, told)
    return 0


def _too_few(few: Mapping[str, int]) -> str:
    counts = ", ".join(f"{_terrain(terrain)} {count}" for terrain, count in few.items()) or "0"
    return both(
        f"a terrain needs {TRIPS_MIN} trips; usable are only {counts}",
        f"每种地形至少需要 {TRIPS_MIN} 次行程；可用行程不足：{counts}",
    )


def _terrain(terrain: str) -> str:
    """Return a terrain as people call it, and as the file has it."""
    return both(terrain, f"{word_of(Terrain(terrain), 'zh')} ({terrain})")


def _row(one: Fit) -> tuple[str, ...]:
    sure = {"yes": both("yes", "较高"), "roughly": both("roughly", "一般"), "no": both("no", "不足")}
    return (
        _terrain(one.terrain),
        f"{one.trips}",
        _interval(one.seconds_per_km),
        "–" if one.detour is None else _interval(one.detour),
        f"{one.metres_per_hour / 1000:.1f}",
        f"{one.error_before:.0%} / {one.error_after:.0%}",
        sure[one.sure],
    )


def _interval(one: tuple[float, float, float]) -> str:
    return f"{one[1]:.2f} ({one[0]:.2f}–{one[2]:.2f})"
