"""Draw ranges a second time: one run, one point, one facility after another, by the written rule.

Nothing is shared with `locator.analysis.access.draws` but the city, its walks and the rule of
``docs/ranges.md``: no walk is left out, nothing is gathered beforehand, the random numbers differ.
"""

from __future__ import annotations

import numpy as np

from locator.analysis.access.coverage import Coverage
from locator.analysis.siting.candidates import candidates
from locator.city.completeness import matching
from locator.city.usability import is_usable
from locator.walking.walkable_city import WalkableCity


class Naive:
    """Everything that one coverage is drawn from, in full tables."""

    def __init__(self, walkable_city: WalkableCity, found: Coverage) -> None:
        self.city = city = walkable_city.city
        self.known = city.uncertainty
        self.demand = city.demand
        self.people = city.demand.people[found.group]
        self.limit_m = found.minutes * 60 * found.pace_m_s + 1e-5
        layer = city.catalogue.layers[found.layer]
        self.expected = layer.expected or 0
        frame = city.facilities
        frame = frame[frame["layer"].eq(layer.id).to_numpy() & is_usable(frame)]
        self.ids = list(frame.index)
        self.name = frame["centre"].fillna(frame.index.to_series()).tolist()
        self.confirmed = (frame["status_basis"] != "last_known").tolist()
        where = {k: v for k, v in layer.expected_where.items() if k != "status_basis"}
        self.official = matching(frame, where).tolist()
        self.precision = frame["location_precision"].tolist()
        self.xy = frame[["x", "y"]].to_numpy(float)
        self.on_map = np.isfinite(self.xy[:, 0]).tolist()
        self.walk_m = [self._walks(walkable_city, xy) if on else None for xy, on in self._places()]
        self.ratio = self.known.walk_ratios.get(walkable_city.model.name)
        self.detour = city.catalogue.estimate.detour_one_bank
        places = candidates(city, spacing_m=500.0)
        self.place_xy = places[["x", "y"]].to_numpy(float)
        gone = self.demand.xy[:, None, :] - self.place_xy[None]
        nearest = np.hypot(gone[..., 0], gone[..., 1]).argmin(axis=1)
        weight = np.array([self.people[nearest == one].sum() for one in range(len(places))])
        self.chance = weight / weight.sum()
        self.model, self.points = walkable_city.model, walkable_city.demand
        moved = self.known.people
        self.spread = _spread(moved.misplaced) if moved else 0.0
        self.found_m: dict[int, np.ndarray] = {}
        side_m = moved.side_m if moved else 250.0
        self.home_500, self.home_m = (_numbered(self.demand.xy, side) for side in (500.0, side_m))

    def _places(self) -> list[tuple[np.ndarray, bool]]:
        return list(zip(self.xy, self.on_map, strict=True))

    def _walks(self, walkable_city: WalkableCity, xy: np.ndarray) -> np.ndarray:
        one = walkable_city.model.snap(xy.reshape(1, 2))
        return walkable_city.model.walk_m(one, walkable_city.demand)

    def run(self, draw: np.random.Generator) -> tuple[float, list[float]]:
        """Return the share of the city and of each district in one run."""
        share = draw.random()
        drawn = {name: draw.random() < share for name in dict.fromkeys(self.name)}
        sure = {name for name, is_sure in zip(self.name, self.confirmed, strict=True) if is_sure}
        there = {name for name in drawn if drawn[name] or name in sure}
        served = np.zeros(len(self.people), dtype=bool)
        for site in range(len(self.ids)):
            if self.on_map[site] and (self.confirmed[site] or drawn[self.name[site]]):
                served |= self._moved_m(site, draw) <= self.limit_m
        on_map = {name for name, on in zip(self.name, self.on_map, strict=True) if on}
        counted = {n for n, o in zip(self.name, self.official, strict=True) if o and n in there}
        missing = len(there - on_map) + max(0, self.expected - len(counted))
        for _ in range(missing):
            served |= self._from_place(int(draw.choice(len(self.chance), p=self.chance)))
        return self._shares(served, self._weight(draw))

    def _from_place(self, place: int) -> np.ndarray:
        if place not in self.found_m:
            one = self.model.snap(self.place_xy[place : place + 1])
            self.found_m[place] = self.model.walk_m(one, self.points)
        return self.found_m[place] <= self.limit_m

    def _moved_m(self, site: int, draw: np.random.Generator) -> np.ndarray:
        walk_m = self.walk_m[site]
        assert walk_m is not None
        radius = self.known.places_m.get(self.precision[site])
        if radius is not None:
            moved_m = float(np.interp(draw.random(), radius.shares, radius.values))
            angle = draw.uniform(0, 2 * np.pi)
            true_xy = self.xy[site] + moved_m * np.array([np.cos(angle), np.sin(angle)])
            before_m = np.hypot(*(self.demand.xy - self.xy[site]).T)
            after_m = np.hypot(*(self.demand.xy - true_xy).T)
            walk_m = np.maximum(walk_m + self.detour * (after_m - before_m), after_m)
        if self.ratio is None:
            return walk_m
        ratio = np.interp(
            draw.random(self.home_500.max() + 1), self.ratio.shares, self.ratio.values
        )
        return walk_m * ratio[self.home_500]

    def _weight(self, draw: np.random.Generator) -> np.ndarray:
        weight = self.people.copy()
        if self.spread:
            spread = self.spread
            factor = np.exp(spread * draw.normal(size=self.home_m.max() + 1))
            weight = weight * factor[self.home_m]
            for cell in np.unique(self.demand.cell):
                mine = self.demand.cell == cell
                if weight[mine].sum() > 0:
                    weight[mine] *= self.people[mine].sum() / weight[mine].sum()
        register = draw.random()
        everyone = self.demand.people["all"]
        for number, residents in self.city.districts["residents"].items():
            mine = self.demand.district == number
            if everyone[mine].sum() > 0:
                ratio = float(residents) / everyone[mine].sum()
                weight[mine] *= (1 - register) + register * ratio
        return weight

    def _shares(self, served: np.ndarray, weight: np.ndarray) -> tuple[float, list[float]]:
        by_district = []
        for number in self.city.districts.index:
            mine = self.demand.district == number
            by_district.append(float(weight[mine & served].sum() / weight[mine].sum()))
        return float(weight[served].sum() / weight.sum()), by_district


def _numbered(xy: np.ndarray, side_m: float) -> np.ndarray:
    """Return the number of the square of each point."""
    squares = {}
    return np.array(
        [squares.setdefault(tuple(one), len(squares)) for one in np.floor(xy / side_m).astype(int)]
    )


def _spread(misplaced: float) -> float:
    """Return the deviation of a lognormal of mean 1 that misplaces so many, found by halving."""
    low, high = 0.0, 10.0
    grid = np.linspace(-8, 8, 20_001)
    density = np.exp(-np.square(grid) / 2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    for _ in range(40):
        middle = (low + high) / 2
        off = 0.5 * float((np.abs(np.exp(middle * grid - middle**2 / 2) - 1) * density).sum())
        low, high = (middle, high) if off < misplaced else (low, middle)
    return (low + high) / 2
