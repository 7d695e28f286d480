"""The places of a district: which grid a point or a name belongs to, and what the matcher may know of it."""

from __future__ import annotations

import math

from linli.schemas.places import District, Grid, Location, RoundedPlace
from linli.streams.coordinates import Point, rounded, to_wgs84


class PlaceError(ValueError):
    """A place that cannot be used; ``path`` names the field of the order and ``rule`` what it breaks, never a value."""

    def __init__(self, path: str, rule: str) -> None:
        super().__init__(f"{path}: {rule}")
        self.path = path
        self.rule = rule


class BadGeoError(PlaceError):
    """The coordinates lie outside the district."""


class UnknownPlaceError(PlaceError):
    """Neither coordinates nor a known grid were given."""


class Gazetteer:
    """A district's grids, ready to be asked.

    Parameters
    ----------
    district
        The district with all its grids.

    Notes
    -----
    The grid of a point is the one with the nearest centroid, because centroids are all that a district file holds;
    near a border that may be the neighbour. A sender who names the grid is believed.
    """

    def __init__(self, district: District) -> None:
        self.district = district
        self._grids = {grid.code: grid for grid in district.grids}
        self._communities = frozenset(grid.community for grid in district.grids)
        self._centroids = [(*_on_the_sphere(Point(grid.lat, grid.lon)), grid) for grid in district.grids]

    def grid(self, code: str) -> Grid | None:
        """Return the grid with a code, if there is one."""
        return self._grids.get(code)

    def knows(self, code: str) -> bool:
        """Tell whether a code is that of a grid or of a community."""
        return code in self._grids or code in self._communities

    def nearest(self, point: Point) -> Grid:
        """Return the grid whose centroid is nearest to a WGS-84 point; the first in the file of equally near ones."""
        x, y, z = _on_the_sphere(point)
        # The largest scalar product of two unit vectors is the shortest distance on the sphere.
        return max(self._centroids, key=lambda centroid: centroid[0] * x + centroid[1] * y + centroid[2] * z)[3]

    def contains(self, point: Point, slack: float = 0.0) -> bool:
        """Tell whether a WGS-84 point lies in the district's extent, widened by ``slack`` degrees."""
        bounds = self.district
        tall_enough = bounds.south - slack <= point.lat <= bounds.north + slack
        return tall_enough and bounds.west - slack <= point.lon <= bounds.east + slack

    def place(self, location: Location | None, code: str | None, digits: int, path: str) -> RoundedPlace:
        """Make of what a sender knows what the matcher may know.

        Parameters
        ----------
        location
            Coordinates in their stated system, if given.
        code
            The grid's code, if given.
        digits
            Decimal digits of a degree that are kept.
        path
            Where the location stands in the sender's record, for the error.

        Returns
        -------
        RoundedPlace
            WGS-84, rounded; the grid's centroid and ``coarse`` if there were no coordinates.

        Raises
        ------
        BadGeoError
            If the coordinates lie outside the district.
        UnknownPlaceError
            If there are no coordinates and no known grid.
        """
        named = None if code is None else self.grid(code)
        if location is None:
            if named is None:
                raise UnknownPlaceError("grid", "missing" if code is None else "unknown_grid")
            return _rounded_place(Point(named.lat, named.lon), named, digits, coarse=True)
        point = to_wgs84(Point(location.lat, location.lon), location.crs)
        if not self.contains(point):
            raise BadGeoError(path, "outside_district")
        return _rounded_place(point, named or self.nearest(point), digits, coarse=False)

    def check(self, place: RoundedPlace, digits: int) -> RoundedPlace:
        """Check a place that was made by a sender who sealed the order itself, and round it as configured here.

        Raises
        ------
        BadGeoError
            If it lies outside the district by more than its rounding explains.
        UnknownPlaceError
            If its grid is unknown.
        """
        grid = self.grid(place.grid)
        if grid is None:
            raise UnknownPlaceError("place.grid", "unknown_grid")
        slack = 10.0**-digits
        bounds, (lat, lon) = self.district, (place.lat, place.lon)
        inside = (
            bounds.south - slack <= lat <= bounds.north + slack and bounds.west - slack <= lon <= bounds.east + slack
        )
        if not inside:
            raise BadGeoError("place", "outside_district")
        return _rounded_place(Point(lat, lon), grid, digits, coarse=place.coarse)


def _rounded_place(point: Point, grid: Grid, digits: int, *, coarse: bool) -> RoundedPlace:
    lat, lon = rounded(point, digits)
    return RoundedPlace(lat=lat, lon=lon, grid=grid.code, terrain=grid.terrain, coarse=coarse)


def _on_the_sphere(point: Point) -> tuple[float, float, float]:
    """Return a point as a unit vector."""
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
