"""All teams of a roster laid in a grid by their bases, so that only those near a visit are looked at."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from linli.matcher.kernels import placing_layout as layout
from linli.matcher.kernels.layout import Ints, Longs
from linli.matcher.kernels.placing_layout import Cells
from linli.matcher.model import Model
from linli.matcher.travel import HaversineTravel

TEAMS_IN_A_CELL: Final = 4
"""Smaller cells are mostly empty, larger ones hold teams that are too far away."""

NARROWEST: Final = 1e-6
"""Radians, some metres: the least size of a cell, where all teams stand in one line."""


def cells_of(model: Model, travel: HaversineTravel) -> Cells:
    """Return the teams of a model in a grid."""
    bases = [travel.prepared(team.base) for team in model.teams]
    lat, lon = np.array([base.lat for base in bases]), np.array([base.lon for base in bases])
    side = max(1, math.isqrt(len(bases) // TEAMS_IN_A_CELL))
    grid = np.zeros(layout.GRID)
    grid[layout.SOUTH], grid[layout.WEST] = lat.min(initial=math.inf), lon.min(initial=math.inf)
    grid[layout.HIGH] = max(NARROWEST, (lat.max(initial=-math.inf) - grid[layout.SOUTH]) / side)
    grid[layout.WIDE] = max(NARROWEST, (lon.max(initial=-math.inf) - grid[layout.WEST]) / side)
    grid[layout.ROWS] = grid[layout.COLUMNS] = side
    grid[layout.COSINE] = min((base.cosine for base in bases), default=0.0)
    grid[layout.PACE] = quickest(travel)
    y = np.minimum((lat - grid[layout.SOUTH]) // grid[layout.HIGH], side - 1).astype(np.int64)
    x = np.minimum((lon - grid[layout.WEST]) // grid[layout.WIDE], side - 1).astype(np.int64)
    cell = y * side + x
    teams, begins = by_cell(cell, side * side, np.arange(len(bases)))
    return Cells(grid, cell.astype(np.int32), begins, teams.astype(np.int32))


def one_cell(model: Model) -> Cells:
    """Return the teams of a model in a single cell: for ways that say nothing of where a place lies."""
    many, grid = len(model.teams), np.zeros(layout.GRID)
    grid[layout.HIGH] = grid[layout.WIDE] = grid[layout.ROWS] = grid[layout.COLUMNS] = 1
    begins = np.array((0, many), dtype=np.int32)
    return Cells(grid, np.zeros(many, np.int32), begins, np.arange(many, dtype=np.int32))


def quickest(travel: HaversineTravel) -> float:
    """Return the seconds that a metre of straight line takes at least, whatever the terrain."""
    return min(ground.detour * 3600.0 / ground.metres_per_hour for ground in travel.grounds.values())


def by_cell(cell: Longs | Ints, cells: int, teams: Longs) -> tuple[Longs, Ints]:
    """Return teams, of which each one's cell is given, cell by cell, and where those of each cell begin."""
    counts = np.bincount(cell, minlength=cells)
    begins = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))).astype(np.int32)
    return teams[np.argsort(cell, kind="stable")], begins
