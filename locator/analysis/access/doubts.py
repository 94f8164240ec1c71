"""Gather what a coverage rests on and nobody knows for certain, as arrays to draw from.

`locator.analysis.access.ranges` draws; ``docs/ranges.md`` says which rule each part follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from locator.walking.walkable_city import WalkableCity, remembered

PLACES_M, PLACES_SHARE = 500.0, 0.6
"""What is not on the map may stand at one address or stop of each square of this side; of larger
ones where the standard is long, as a share of it: so the walks to them are never too many."""


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
class Places:
    """The q places where something may stand that is not on the map.

    Attributes
    ----------
    serves : (n, q) csc_array
        Metres, where a demand point is within the standard of a place.
    district : (q,) int array
    people : (q,) float array
        Of the group, those who have it nearest, as the crow flies: how likely it is.
    xy : (q, 2) float array
        Metres.
    """

    serves: sparse.csc_array
    district: IntArray
    people: FloatArray
    xy: FloatArray

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


def places_of(walkable_city: WalkableCity, people: FloatArray, limit_m: float) -> Places:
    """Return where something may stand that nobody has put on the map."""
    from scipy.spatial import cKDTree

    places = _places(walkable_city, limit_m)
    if places.empty:
        empty = sparse.csc_array((len(people), 0))
        return Places(empty, np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros((0, 2)))
    xy = places[["x", "y"]].to_numpy(dtype=np.float64)
    nearest = cKDTree(xy).query(walkable_city.city.demand.xy)[1]
    return Places(
        serves=_place_walks(walkable_city, limit_m),
        district=places["district"].to_numpy(dtype=np.int64),
        people=np.bincount(nearest, weights=people, minlength=len(places)).astype(np.float64),
        xy=xy,
    )


@remembered
def _places(walkable_city: WalkableCity, limit_m: float) -> pd.DataFrame:
    return candidates(walkable_city.city, spacing_m=max(PLACES_M, PLACES_SHARE * limit_m))


@remembered
def _place_walks(walkable_city: WalkableCity, limit_m: float) -> sparse.csc_array:
    xy = _places(walkable_city, limit_m)[["x", "y"]].to_numpy(dtype=np.float64)
    places = walkable_city.model.snap(xy)
    walks = reach(walkable_city.model, walkable_city.demand, places, limit_m=limit_m)
    # To a tenth of a millimetre: they are places that nobody knows, and take two thirds so.
    walk_m = walks.data.astype(np.float32)
    return sparse.csc_array((walk_m, walks.indices, walks.indptr), shape=walks.shape)


def people_of(walkable_city: WalkableCity, group: str) -> People:
    """Return the people of `group`, and how else they may be spread."""
    census = walkable_city.city.demand.people[group]
    parts = _parts(walkable_city)
    on_file = np.bincount(parts.part, weights=census, minlength=len(parts.part_people))
    return replace(parts, census=census, part_people=on_file.astype(np.float64))


@remembered
def _parts(walkable_city: WalkableCity) -> People:
    """Return how people may be spread, of whatever group; as if nobody were there."""
    city = walkable_city.city
    errors, demand, row = city.uncertainty.people, city.demand, city.district_rows
    square = np.floor(demand.xy / (errors.side_m if errors else CELL_M)).astype(np.int64)
    _, which = np.unique(square, axis=0, return_inverse=True)
    names = np.column_stack([which.ravel(), demand.cell, row])
    parts, part = np.unique(names, axis=0, return_inverse=True)
    shape = (len(city.districts), len(demand))
    return People(
        census=np.zeros(len(demand)),
        by_district=sparse.csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=shape),
        register=register_ratios(city),
        part=part.ravel(),
        part_people=np.zeros(len(parts)),
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
