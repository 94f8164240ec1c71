"""Gather what a coverage rests on and nobody knows for certain, as arrays to draw from.

`locator.analysis.access.ranges` draws; ``docs/ranges.md`` says which rule each part follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from locator.analysis.siting.candidates import candidates
from locator.base.geo import Flags, FloatArray, IntArray
from locator.city.catalogue import Layer
from locator.city.completeness import matching
from locator.city.population import CELL_M
from locator.city.register import register_ratios
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity, nearest_facilities, remembered

WAY_SQUARE_M = 500.0
"""Homes of one square of this side share the error of their walk to one facility: errors of walks
farther apart have hardly anything in common (``docs/ranges.md``)."""

PLACES_M, PLACES_SHARE = 500.0, 0.6
"""What is not on the map may stand at one address or stop of each square of this side; of larger
ones where the standard is long, as a share of it: so the walks to them are never too many."""

SAME_M = 1.0
"""Two searches may differ by less."""

AT_ONCE = 32
"""So many facilities are walked to before the walks that change nothing are forgotten."""


@dataclass(frozen=True, eq=False)
class Sites:
    """What a layer offers: c usable facilities, s sites of them on the map.

    Attributes
    ----------
    rows : (s,) int array
        Rows of ``city.facilities``.
    centre : (s,) int array
        Whose site it is, 0 to c - 1.
    sure_site : (s,) bool array
        Confirmed, and known to be what is chosen; the others are open by an older list only, or
        not known to fit.
    counted_site : (s,) bool array
        Known to fit, confirmed or not: a coverage counts them.
    sure, located, official : (c,) bool arrays
        Some site is confirmed; some is on the map; the official count is about it, however well
        it is known.
    district : (c,) int array
        Where it is said to be; 0 where nobody says.
    expected : int or None
        The official count, less those that are known not to be what is chosen.
    filtered : bool
        Not all of the layer counts, so that nobody knows whether what is missing would.
    """

    rows: IntArray
    centre: IntArray
    sure_site: Flags
    counted_site: Flags
    sure: Flags
    located: Flags
    official: Flags
    district: IntArray
    expected: int | None
    filtered: bool = False

    def lacking(self, exists: Flags) -> int:
        """Return how many more there should be by the official count, where `exists` (c,) are."""
        return max(0, (self.expected or 0) - int((exists & self.official).sum()))

    @property
    def may_be_elsewhere(self) -> bool:
        """Whether something may exist that is not on the map."""
        return not self.located.all() or self.lacking(self.sure) > 0


@dataclass(frozen=True, eq=False)
class Walks:
    """The p walks that decide who is served: each may be within the standard, or beyond it.

    Attributes
    ----------
    always : (n,) bool array
        Demand points that are served whatever is drawn; their walks are not listed.
    point, site : (p,) int arrays
    walk_m, straight_m, east_m, north_m : (p,) float arrays
        By the walking model; straight; and the straight way from the site to the point.
    way : (p,) int array
        Walks with the same number share their error.
    ways : int
        How many numbers there are.
    """

    always: Flags
    point: IntArray
    site: IntArray
    walk_m: FloatArray
    straight_m: FloatArray
    east_m: FloatArray
    north_m: FloatArray
    way: IntArray
    ways: int


@dataclass(frozen=True, eq=False)
class Places:
    """The q places where something may stand that is not on the map.

    Attributes
    ----------
    serves : (n, q) csc_array
        Stored where a demand point is within the standard of a place.
    district : (q,) int array
    people : (q,) float array
        Of the group, those who have it nearest, as the crow flies: how likely it is.
    """

    serves: sparse.csc_array
    district: IntArray
    people: FloatArray

    def served_from(self, place: int) -> npt.NDArray[np.int32]:
        """Return the demand points within the standard of a place."""
        serves = self.serves
        return serves.indices[serves.indptr[place] : serves.indptr[place + 1]]


@dataclass(frozen=True, eq=False)
class People:
    """The people of a group: n demand points in k parts of census cells, in d districts.

    A part is what one square, inside which nobody is misplaced, has of a cell in a district.

    Attributes
    ----------
    census : (n,) float array
    by_district : (d, n) csr_array
        1 where a point lies in a district.
    register : (d,) float array
        People of the city's register for each of the census; 1 where nobody says.
    part : (n,) int array
    part_people : (k,) float array
        Of the census.
    part_square, part_cell, part_row : (k,) int arrays
        Its square, its census cell, and its row of ``city.districts``.
    spread : float
        Deviation of the logarithm of what a square has, over what it has on file; 0: unknown.
    """

    census: FloatArray
    by_district: sparse.csr_array
    register: FloatArray
    part: IntArray
    part_people: FloatArray
    part_square: IntArray
    part_cell: IntArray
    part_row: IntArray
    spread: float


def sites_of(walkable_city: WalkableCity, layer: Layer) -> Sites:
    """Return what `layer` offers, on the map or not."""
    facilities = walkable_city.city.facilities
    of_layer = facilities["layer"].eq(layer.id).to_numpy()
    usable = np.flatnonzero(of_layer & (walkable_city.usable | walkable_city.undetermined))
    frame = facilities.iloc[usable]
    numbers, centre = np.unique(walkable_city.centre[usable], return_inverse=True)
    counted = walkable_city.usable[usable]
    sure_site = counted & frame["status_basis"].ne("last_known").to_numpy(dtype=np.bool_)
    on_map = np.isin(usable, walkable_city.located_rows[layer.id])
    about = {key: values for key, values in layer.expected_where.items() if key != "status_basis"}
    official = matching(frame, about).to_numpy(dtype=np.bool_)
    others = np.flatnonzero(of_layer & walkable_city.city.usable)
    others = others[~np.isin(walkable_city.centre[others], numbers)]
    elsewhere = matching(facilities.iloc[others], about).to_numpy(dtype=np.bool_)
    barred = len(np.unique(walkable_city.centre[others[elsewhere]]))
    stated = pd.to_numeric(frame["district"]).fillna(0).to_numpy(dtype=np.int64)

    def some(flags: Flags) -> Flags:
        return np.bincount(centre, weights=flags, minlength=len(numbers)) > 0

    district = np.zeros(len(numbers), dtype=np.int64)
    np.maximum.at(district, centre, stated)
    return Sites(
        rows=usable[on_map],
        centre=centre[on_map],
        sure_site=sure_site[on_map],
        counted_site=counted[on_map],
        sure=some(sure_site),
        located=some(on_map),
        official=some(official),
        district=district,
        expected=None if layer.expected is None else layer.expected - barred,
        filtered=bool(walkable_city.which),
    )


def walks_of(
    walkable_city: WalkableCity,
    sites: Sites,
    limit_m: float,
    *,
    ratios: tuple[float, float],
    moved_m: FloatArray,
) -> Walks:
    """Return the walks that may be within `limit_m`, without those that change nothing.

    Parameters
    ----------
    walkable_city : WalkableCity
    sites : Sites
    limit_m : float
    ratios : pair of float
        The least and the most that the truth may be of a walk.
    moved_m : (s,) float array
        How much nearer, or farther, each site may be in truth.
    """
    shortest, longest = min(ratios[0], 1.0), max(ratios[1], 1.0)
    reach_m = limit_m / shortest + moved_m
    demand, facilities = walkable_city.demand, walkable_city.snapped(sites.rows)
    always = _surely_served(walkable_city, sites, limit_m, longest=longest, moved_m=moved_m)
    parts: list[tuple[IntArray, IntArray, FloatArray]] = []
    # Where few are left in doubt, most sites are farther from all of them.
    to_left_m = walkable_city.model.nearest(facilities, demand.take(np.flatnonzero(~always)))[0]
    ahead = np.flatnonzero(to_left_m <= reach_m + SAME_M)
    while len(ahead):
        left = np.flatnonzero(~always)
        few = len(left) < len(ahead)  # then they are searched from: it is as far there as back
        some, ahead = (ahead, ahead[:0]) if few else (ahead[:AT_ONCE], ahead[AT_ONCE:])
        homes, places = demand.take(left), facilities.take(some)
        ends = (places, homes) if few else (homes, places)
        table = reach(walkable_city.model, *ends, limit_m=float(reach_m[some].max()))
        if few:
            table = sparse.csc_array(table.T)
        site, walk_m = np.repeat(some, np.diff(table.indptr)), table.data
        point = left[table.indices]
        certain = (walk_m + moved_m[site]) * longest <= limit_m
        always[point[certain & sites.sure_site[site]]] = True
        open_ = (walk_m <= reach_m[site]) & ~always[point]
        parts.append((site[open_], point[open_], walk_m[open_]))
    none = np.zeros(0, dtype=np.int64)
    site, point, walk_m = (
        np.concatenate(listed) for listed in zip((none, none, np.zeros(0)), *parts, strict=True)
    )
    open_ = ~always[point]
    site, point, walk_m = site[open_], point[open_], walk_m[open_]
    east_m, north_m = (demand.xy[point] - facilities.xy[site]).T
    square = np.floor(demand.xy / WAY_SQUARE_M).astype(np.int64)
    _, home = np.unique(square, axis=0, return_inverse=True)
    names, way = np.unique(home.ravel()[point] * len(sites.rows) + site, return_inverse=True)
    return Walks(
        always=always,
        point=point,
        site=site,
        walk_m=walk_m,
        straight_m=np.hypot(east_m, north_m),
        east_m=np.ascontiguousarray(east_m),
        north_m=np.ascontiguousarray(north_m),
        way=way.ravel(),
        ways=len(names),
    )


def _surely_served(
    walkable_city: WalkableCity,
    sites: Sites,
    limit_m: float,
    *,
    longest: float,
    moved_m: FloatArray,
) -> Flags:
    """Return (n,) who reaches the nearest confirmed site whatever is drawn.

    One search for all: only the others' walks have to be looked for.
    """
    sure = tuple(np.sort(sites.rows[sites.sure_site]).tolist())
    walk_m, row = nearest_facilities(walkable_city, sure)
    farther_m = np.zeros(len(walkable_city.city.facilities) + 1)  # the last: of no site
    farther_m[sites.rows] = moved_m
    served: Flags = (walk_m + farther_m[row]) * longest <= limit_m
    return served


def places_of(walkable_city: WalkableCity, people: FloatArray, limit_m: float) -> Places:
    """Return where something may stand that nobody has put on the map."""
    from scipy.spatial import cKDTree

    places = _places(walkable_city, limit_m)
    if places.empty:
        empty = sparse.csc_array((len(people), 0))
        return Places(empty, np.zeros(0, dtype=np.int64), np.zeros(0))
    xy = places[["x", "y"]].to_numpy(dtype=np.float64)
    nearest = cKDTree(xy).query(walkable_city.city.demand.xy)[1]
    return Places(
        serves=_place_walks(walkable_city, limit_m),
        district=places["district"].to_numpy(dtype=np.int64),
        people=np.bincount(nearest, weights=people, minlength=len(places)).astype(np.float64),
    )


@remembered
def _places(walkable_city: WalkableCity, limit_m: float) -> pd.DataFrame:
    return candidates(walkable_city.city, spacing_m=max(PLACES_M, PLACES_SHARE * limit_m))


@remembered
def _place_walks(walkable_city: WalkableCity, limit_m: float) -> sparse.csc_array:
    xy = _places(walkable_city, limit_m)[["x", "y"]].to_numpy(dtype=np.float64)
    places = walkable_city.model.snap(xy)
    return reach(walkable_city.model, walkable_city.demand, places, limit_m=limit_m)


def people_of(walkable_city: WalkableCity, group: str) -> People:
    """Return the people of `group`, and how else they may be spread."""
    city = walkable_city.city
    errors, demand, row = city.uncertainty.people, city.demand, city.district_rows
    square = np.floor(demand.xy / (errors.side_m if errors else CELL_M)).astype(np.int64)
    _, which = np.unique(square, axis=0, return_inverse=True)
    names = np.column_stack([which.ravel(), demand.cell, row])
    parts, part = np.unique(names, axis=0, return_inverse=True)
    census = demand.people[group]
    shape = (len(city.districts), len(demand))
    return People(
        census=census,
        by_district=sparse.csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=shape),
        register=register_ratios(city),
        part=part.ravel(),
        part_people=np.bincount(part.ravel(), weights=census, minlength=len(parts)).astype(float),
        part_square=parts[:, 0],
        part_cell=parts[:, 1],
        part_row=parts[:, 2],
        spread=spread_for(errors.misplaced if errors else 0.0),
    )


def spread_for(misplaced: float) -> float:
    """Return the deviation of the logarithm that puts a share of the people elsewhere.

    Half the mean of ``|x - 1|`` over a lognormal x of mean 1 is ``2 Φ(σ / 2) - 1``.
    """
    return 2.0 * NormalDist().inv_cdf((1.0 + misplaced) / 2.0)
