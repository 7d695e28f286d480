"""Place names of a district: which grid or village a name or an address means. Whole names only, none guessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from linli.schemas.places import District, Grid
from linli.services.sheets.cells import plain

NAMED_MAX: Final = 4
"""Places named when a name fits several: enough to see what was meant."""

_ENDINGS: Final = ("村民委员会", "居民委员会", "村委会", "居委会", "社区居委会", "社区", "村", "居", "街道", "镇", "乡")
"""What is left out when people write a place's name, longest first."""

_TOWN: Final = re.compile(r"^(.{1,12}?(?:街道|镇|乡))(.{2,})$")
_PEOPLES: Final = re.compile(
    r"(?:(?:土家|苗|侗|仡佬|布依|水|回|彝|蒙古|羌|满|壮|瑶|白|藏|傣|黎|畲|傈僳|哈尼|佤|纳西|拉祜|维吾尔|哈萨克)族)+(?=乡$)"
)
"""The peoples in the name of an ethnic township, which nobody says."""

_STRONG: Final = re.compile(r"(?:村|社区|居|委员会|村委会|居委会|网格)$")
"""How a name ends that can be told from other words of an address: 红旗村, but not 红旗, which may be a road."""

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_LARGER: Final = "省市州县区镇乡道会处村"
"""What the name of something larger ends with: behind it a new name begins."""

_GRID: Final = re.compile(r"^(.+?)第?(\d{1,3})网格$")
_COUNTY: Final = re.compile(r"^(?:贵州省)?(?:铜仁市)?.{2,5}?(?:自治县|县)(?=.{2})")


class PlaceNameError(ValueError):
    """A name that means no place, or several; the message is a rule, with names of the district alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place that was found by its name; ``exact`` says that the grid itself was named, not only its community."""

    grid: Grid
    exact: bool


class PlaceNames:
    """The names of a district's grids and communities.

    Parameters
    ----------
    district
        The district.

    Notes
    -----
    A community with several grids is taken for the grid nearest to their middle. Official endings may be left out;
    a short name that several places have needs the town beside it.
    """

    def __init__(self, district: District) -> None:
        self._codes = {grid.code: grid for grid in district.grids}
        self._towns: dict[str, set[str]] = defaultdict(set)
        members: dict[str, list[Grid]] = defaultdict(list)
        for grid in district.grids:
            members[grid.community].append(grid)
        self._names: dict[str, dict[str, Found]] = defaultdict(dict)
        for grids in members.values():
            self._enter_community(grids)
        for grid in district.grids:
            self._enter(grid.name, Found(grid, exact=True))
        strong = (name for name in self._names if _STRONG.search(name) and len(name) > 2)
        longest = sorted(strong, key=lambda name: (-len(name), name))
        self._anywhere = re.compile("|".join(re.escape(name) for name in longest))

    def _enter_community(self, grids: Sequence[Grid]) -> None:
        middle = _middle(grids)
        first = plain(grids[0].name)
        numbered = _GRID.match(first)
        self._enter(numbered[1] if numbered else first, Found(middle, exact=len(grids) == 1))

    def _enter(self, name: str, found: Found) -> None:
        whole = plain(name)
        split = _TOWN.match(whole)
        names = {whole, split[2] if split else whole}
        if split:
            town = _PEOPLES.sub("", split[1])
            for text in (split[1], town, _short(town)):
                names.add(text + split[2])
                self._towns[text].add(found.grid.code)
        for text in tuple(names):
            names.add(_short(text))
        for text in names:
            self._names[text].setdefault(found.grid.community if not found.exact else found.grid.code, found)

    def named(self, text: str, town: str = "") -> Found:
        """Find the place that a text names, by code or name.

        Parameters
        ----------
        text
            The code or name.
        town
            The town's name, where a column gives it.

        Raises
        ------
        PlaceNameError
            ``unknown_place_name``, ``town_only`` or ``ambiguous_place``, the latter with the places it may be.
        """
        grid = self._codes.get(text)
        if grid is not None:
            return Found(grid, exact=True)
        whole = _COUNTY.sub("", plain(text).replace(" ", ""))
        if whole in self._towns and whole not in self._names:
            raise PlaceNameError("town_only")
        found = self._names.get(whole) or self._names.get(_short(whole))
        if found:
            return self._only(found, town)
        inside = self.within(whole, town)
        if inside is None:
            raise PlaceNameError("unknown_place_name")
        return inside

    def within(self, address: str, town: str = "") -> Found | None:
        """Find the place whose name stands in an address; ``None`` if there is none.

        Raises
        ------
        PlaceNameError
            ``ambiguous_place``, if the name that stands there is that of several places.
        """
        whole = _COUNTY.sub("", plain(address).replace(" ", ""))
        matches = [one for one in self._anywhere.finditer(whole) if self._begins_at(whole, one.start())]
        if not matches:
            return None
        found = {code: one for match in matches for code, one in self._names[match[0]].items()}
        return self._only(found, town or whole[: matches[0].start()])

    def _begins_at(self, text: str, start: int) -> bool:
        """Tell whether a name may begin there: 红旗村 does not begin in the middle of 大红旗村."""
        before = text[:start]
        if not before or not _HAN.match(before[-1]) or before[-1] in _LARGER:
            return True
        return any(before.endswith(town) for town in self._towns)

    def _only(self, found: dict[str, Found], town: str) -> Found:
        """Give the one place of those that have a name, by the town if it takes that."""
        places = list(found.values())
        if len(places) > 1 and town:
            codes: set[str] = set()
            for name, inside in self._towns.items():
                if name in plain(town):
                    codes |= inside
            places = [one for one in places if one.grid.code in codes] or places
        if len(places) > 1:
            inexact = [one for one in places if not one.exact]
            places = inexact if len(inexact) == 1 else places
        if len(places) > 1:
            raise PlaceNameError("ambiguous_place:" + "、".join(one.grid.name for one in places[:NAMED_MAX]))
        return places[0]


def _short(name: str) -> str:
    """Give a name without its official ending, if enough of it is left to be a name."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def _middle(grids: Iterable[Grid]) -> Grid:
    """Give the grid nearest to the middle of several."""
    several = list(grids)
    lat, lon = sum(g.lat for g in several) / len(several), sum(g.lon for g in several) / len(several)
    return min(several, key=lambda grid: ((grid.lat - lat) ** 2 + (grid.lon - lon) ** 2, grid.code))
