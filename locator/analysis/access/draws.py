"""Draw what a coverage would be if what is not known for certain were otherwise."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from locator.analysis.access.aggregate import standard_m
from locator.analysis.access.coverage import Coverage
from locator.analysis.access.doubtful_walks import Walks, walks_of
from locator.analysis.access.doubts import (
    People,
    Places,
    Sites,
    people_of,
    places_of,
    sites_of,
)
from locator.base.geo import Flags, FloatArray, IntArray
from locator.city.uncertainty import Quantiles
from locator.walking.walkable_city import WalkableCity

Cause = Literal["completeness", "walks", "locations", "people"]
CAUSES: tuple[Cause, ...] = ("completeness", "walks", "locations", "people")


@dataclass(frozen=True, eq=False)
class Draw:
    """What one run has drawn.

    Attributes
    ----------
    walk_m : (p,) float array
        How long the walks of `Walks` are in truth.
    exists : (s,) bool array
        Which sites exist.
    more : tuple of int
        Where something stands that is not on the map: numbers of `Places`.
    weight : (n,) float array
        People at each demand point.
    """

    walk_m: FloatArray
    exists: Flags
    more: tuple[int, ...]
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class Doubt:
    """All that is drawn from, for one coverage.

    Attributes
    ----------
    sites, walks, people
        What is counted.
    places : Places or None
        Where something may stand that is not on the map; None where all is.
    limit_m : float
        The standard as a length.
    detour : float
        Metres walked for each straight metre that a facility lies farther.
    ratio : Quantiles or None
        A walk in truth over the model's; None where nobody measured it.
    moved_m : tuple of (rows of sites, Quantiles)
        How far sites lie from their point on file.
    not_measured : tuple of str
        Causes that nobody measured here.
    """

    sites: Sites
    walks: Walks
    places: Places | None
    people: People
    limit_m: float
    detour: float
    ratio: Quantiles | None
    moved_m: tuple[tuple[IntArray, Quantiles], ...]
    not_measured: tuple[Cause, ...]

    def shares(self, causes: frozenset[Cause], *, runs: int, seed: int) -> FloatArray:
        """Return (runs, d + 1) shares served, the city last, where only `causes` are drawn."""
        drawn = self.runs(causes, runs=runs, seed=seed)
        return np.array([self.share(served, weight) for served, weight in drawn])

    def runs(
        self, causes: frozenset[Cause], *, runs: int, seed: int
    ) -> Iterator[tuple[Flags, FloatArray]]:
        """Yield (n,) who is served and (n,) people, where only `causes` are drawn."""
        for drawn, served in self.seen(causes, runs=runs, seed=seed):
            yield served, drawn.weight

    def seen(
        self, causes: frozenset[Cause], *, runs: int, seed: int
    ) -> Iterator[tuple[Draw, Flags]]:
        """Yield what each run has drawn, and (n,) who is served in it."""
        for drawn in self.draws(causes, runs=runs, seed=seed):
            yield drawn, self.served(drawn)

    def draws(self, causes: frozenset[Cause], *, runs: int, seed: int) -> Iterator[Draw]:
        """Yield what each run has drawn, where only `causes` are."""
        streams = np.random.SeedSequence(seed).spawn(len(CAUSES))
        draw = {
            cause: np.random.default_rng(stream)
            for cause, stream in zip(CAUSES, streams, strict=True)
        }
        walk_m, exists = self.walks.walk_m, self.sites.counted_site
        more: tuple[int, ...] = ()
        weight = self.people.census
        kept, register = _spread(draw["completeness"], runs), _spread(draw["people"], runs)
        for run in range(runs):
            if "completeness" in causes:
                exists, more = self._existing(draw["completeness"], kept[run])
            if causes & {"walks", "locations"}:
                walk_m = self._walk_m(
                    draw["walks"] if "walks" in causes else None,
                    draw["locations"] if "locations" in causes else None,
                )
            if "people" in causes:
                weight = self._weight(draw["people"], register[run])
            yield Draw(walk_m, exists, more, weight)

    def _existing(self, draw: np.random.Generator, share: float) -> tuple[Flags, tuple[int, ...]]:
        """Return which sites exist and are what is chosen, and where others of them stand.

        `share` of an older list still exists, and of those of which nobody knows whether they fit
        does: how many do is anybody's guess.
        """
        sites = self.sites
        kept = draw.random(len(sites.sure)) < share
        exists = sites.sure | kept
        missing = sites.district[exists & ~sites.located].tolist()
        lacking = sites.lacking(exists)
        if sites.filtered:
            lacking = int((draw.random(lacking) < share).sum())
        missing += [0] * lacking
        places = tuple(self._place(draw, district) for district in missing)
        return sites.sure_site | kept[sites.centre], tuple(one for one in places if one >= 0)

    def _place(self, draw: np.random.Generator, district: int) -> int:
        """Return one of the places of a district (0: of the city), by their people; -1 if none."""
        places = self.places
        if places is None:
            return -1
        inside = (places.district == district) | (district == 0)
        chance = np.cumsum(np.where(inside, places.people, 0.0))
        if not len(chance) or chance[-1] <= 0:
            return -1
        return int(np.searchsorted(chance, draw.random() * chance[-1], side="right"))

    def _walk_m(
        self, walks: np.random.Generator | None, locations: np.random.Generator | None
    ) -> FloatArray:
        """Return (p,) how long the walks are in truth."""
        known = self.walks
        walk_m = known.walk_m
        if locations is not None and self.moved_m:
            moved_m = np.zeros(len(self.sites.rows))
            for some, radius_m in self.moved_m:
                moved_m[some] = radius_m.at(locations.random(len(some)))
            angle = locations.random(len(moved_m)) * 2 * np.pi
            east_m, north_m = moved_m * np.cos(angle), moved_m * np.sin(angle)
            # In place: to ask for so much memory again and again takes longer than the sums.
            straight_m = np.square(east := known.east_m - east_m[known.site], out=east)
            straight_m += np.square(north := known.north_m - north_m[known.site], out=north)
            np.sqrt(straight_m, out=straight_m)
            moved_walk_m = straight_m - known.straight_m
            moved_walk_m *= self.detour
            moved_walk_m += walk_m
            walk_m = np.maximum(moved_walk_m, straight_m, out=moved_walk_m)
        if walks is not None and self.ratio is not None:
            truth = self.ratio.at(walks.random(known.ways))[known.way]
            walk_m = np.multiply(truth, walk_m, out=truth)
        return walk_m

    def _weight(self, draw: np.random.Generator, register: float) -> FloatArray:
        """Return (n,) people, so far from census to register, in their cells somewhere else."""
        people = self.people
        factor = np.ones(len(people.part_people))
        if people.spread > 0:
            normal = draw.standard_normal(int(people.part_square.max(initial=-1)) + 1)
            factor = np.exp(people.spread * normal)[people.part_square]
            on_file = np.bincount(people.part_cell, weights=people.part_people)
            drawn = np.bincount(people.part_cell, weights=people.part_people * factor)
            kept = np.divide(on_file, drawn, out=np.zeros_like(drawn), where=drawn > 0)
            factor *= kept[people.part_cell]
        factor *= (1 - register + register * people.register)[people.part_row]
        return people.census * factor[people.part]

    def served(self, drawn: Draw) -> Flags:
        """Return (n,) who is within the standard in a run."""
        served = self.walks.always.copy()
        within = (drawn.walk_m <= self.limit_m) & drawn.exists[self.walks.site]
        served[self.walks.point[within]] = True
        for place in drawn.more:
            assert self.places is not None
            served[self.places.served_from(place)] = True
        return served

    def share(self, served: Flags, weight: FloatArray) -> FloatArray:
        """Return (d + 1,) shares served, the city last; NaN without people."""
        by_district = self.people.by_district
        people, reached = by_district @ weight, by_district @ (weight * served)
        return _ratio(np.append(reached, reached.sum()), np.append(people, people.sum()))


def _spread(draw: np.random.Generator, runs: int) -> FloatArray:
    """Return numbers from 0 to 1, one in each of `runs` equal parts of it, in any order.

    What is drawn once a run moves all of it: spread so, the ends of the ranges vary less
    (stratified sampling; McKay, Beckman and Conover 1979).
    """
    spread: FloatArray = (draw.permutation(runs) + draw.random(runs)) / runs
    return spread


def _ratio(some: FloatArray, of: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(some, of, out=np.full(len(of), np.nan), where=of > 0)
    return ratio


def asked_of(found: Coverage) -> tuple[Hashable, ...]:
    """Return what was asked of a coverage, its ends filled in: what its ranges depend on."""
    standard = (found.layer, found.group, found.minutes, found.pace_m_s, found.people_from)
    return (*standard, found.which)


def known_doubt(walkable_city: WalkableCity, found: Coverage) -> Doubt:
    """Return what is not known for certain of a coverage; it is remembered."""
    return walkable_city.memory.get(
        (walkable_city.everything.number, "doubt", asked_of(found)),
        lambda: doubt_of(walkable_city, found),
    )


def doubt_for(walkable_city: WalkableCity, doubt: Doubt, group: str) -> Doubt:
    """Return the same walks' doubt for the people of another group."""
    people, places = people_of(walkable_city, group), doubt.places
    if places is not None:
        places = places_of(walkable_city, people.census, doubt.limit_m)
    return replace(doubt, people=people, places=places)


def doubt_of(
    walkable_city: WalkableCity, found: Coverage, *, closing: tuple[int, ...] = ()
) -> Doubt:
    """Return what is not known for certain of a coverage.

    Nobody counts as surely served by the rows in `closing`.
    """
    return doubt_within(
        walkable_city.choosing(found.which),
        found.layer,
        group=found.group,
        limit_m=standard_m(found.minutes, found.pace_m_s),
        closing=closing,
    )


def doubt_within(
    walkable_city: WalkableCity,
    layer: str,
    *,
    group: str,
    limit_m: float,
    closing: tuple[int, ...] = (),
    walks: Callable[..., Walks] = walks_of,
) -> Doubt:
    """Return what is not known for certain of a layer's facilities within some walk.

    Parameters
    ----------
    walkable_city : WalkableCity
        Of what is chosen.
    layer, group : str
        Ids.
    limit_m : float
    closing : tuple of int
        Rows by which nobody counts as surely served.
    walks : callable
        Which walks are drawn: `walks_of`, or `every_walk_of`.
    """
    city = walkable_city.city
    measured = city.uncertainty
    sites = sites_of(walkable_city, city.catalogue.layers[layer])
    precision = city.facilities["location_precision"].to_numpy(dtype=object)[sites.rows]
    moved_m = tuple(
        (np.flatnonzero(precision == name), radius_m)
        for name, radius_m in measured.places_m.items()
        if (precision == name).any()
    )
    detour = city.catalogue.estimate.detour_one_bank
    nearer_m = np.zeros(len(sites.rows))
    for some, radius_m in moved_m:
        nearer_m[some] = detour * radius_m.values[-1]
    ratio = measured.walk_ratios.get(walkable_city.model.name)
    people = people_of(walkable_city, group)
    unknown: dict[Cause, bool] = {
        "walks": ratio is None,
        "locations": bool(len(sites.rows)) and not moved_m,
        "people": not people.spread and bool((people.register == 1).all()),
    }
    return Doubt(
        sites=sites,
        walks=walks(
            walkable_city,
            replace(sites, sure_site=sites.sure_site & ~np.isin(sites.rows, closing)),
            limit_m,
            ratios=(1.0, 1.0) if ratio is None else (ratio.values[0], ratio.values[-1]),
            moved_m=nearer_m,
        ),
        places=places_of(walkable_city, people.census, limit_m) if sites.may_be_elsewhere else None,
        people=people,
        limit_m=limit_m,
        detour=detour,
        ratio=ratio,
        moved_m=moved_m,
        not_measured=tuple(cause for cause in CAUSES if unknown.get(cause)),
    )
