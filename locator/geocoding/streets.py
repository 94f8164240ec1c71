"""Group houses into streets, and find a house number on a street.

The houses of a city are columns (`Houses`), and a street is a choice of their rows: a hundred
thousand addresses take a few megabytes and are grouped in a fraction of a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.base.geo import FloatArray, IntArray
from locator.geocoding.names import HouseNumber, Name, fold, parse_number

METRES_PER_DEGREE = 111_320.0

PARITY_COST = 3
"""How many numbers further away a neighbour on the same side of the street is preferred."""

BASES = ("address", "facility", "house number", "possible")
"""What a point is known by, the surest first; see `AddressPoint`."""

POSSIBLE = BASES.index("possible")

UNKNOWN_BASIS = BASES.index("address")


@dataclass(frozen=True)
class AddressPoint:
    """One point with a house number.

    Attributes
    ----------
    number : str
        As it stands in the file.
    parsed : HouseNumber
    lon, lat : float
        WGS84.
    basis : str
        ``"address"``: known with street and number; ``"facility"``: a facility of that very
        address with coordinates of its own; ``"house number"``: a number whose street was found
        by the rule (`locator.curation.numbering`); ``"possible"``: one that may as well be
        another street's.
    """

    number: str
    parsed: HouseNumber
    lon: float
    lat: float
    basis: str = "address"


@dataclass(frozen=True)
class Houses:
    """The houses of a city as columns; n houses, u different numbers.

    Attributes
    ----------
    code : (n,) int array
        Row of the number in `texts`.
    lonlat : (n, 2) float array
        WGS84.
    basis : (n,) int8 array
        Place in `BASES`.
    texts : tuple of str
        The numbers as they stand in the files.
    parsed : tuple of HouseNumber
    folded : tuple of str
        The numbers as written, folded, without blanks.
    base : (u,) int array
    """

    code: IntArray
    lonlat: FloatArray
    basis: npt.NDArray[np.int8]
    texts: tuple[str, ...]
    parsed: tuple[HouseNumber, ...]
    folded: tuple[str, ...]
    base: IntArray

    def point(self, row: int) -> AddressPoint:
        """Return one house."""
        code = int(self.code[row])
        lon, lat = (float(value) for value in self.lonlat[row])
        basis = BASES[int(self.basis[row])]
        return AddressPoint(self.texts[code], self.parsed[code], lon, lat, basis)


def read_houses(frame: pd.DataFrame) -> tuple[Houses, npt.NDArray[np.bool_]]:
    """Return the houses of a frame, and which of its rows have a number that can be read.

    Parameters
    ----------
    frame : DataFrame
        Columns ``number``, ``lon``, ``lat``, ``basis``.
    """
    codes, texts = pd.factorize(frame["number"].astype(object))
    numbers = [parse_number(str(text)) for text in texts]
    readable = np.array([number is not None for number in numbers], dtype=bool)
    kept = np.append(readable, False)[codes]
    place = {basis: row for row, basis in enumerate(BASES)}
    basis = frame["basis"].map(place).fillna(UNKNOWN_BASIS).to_numpy().astype(np.int8)
    parsed = tuple(number or HouseNumber(0) for number in numbers)
    houses = Houses(
        code=codes.astype(np.int32),
        lonlat=frame[["lon", "lat"]].to_numpy(dtype=np.float64),
        basis=basis,
        texts=tuple(str(text) for text in texts),
        parsed=parsed,
        folded=tuple(fold(str(text)).replace(" ", "") for text in texts),
        base=np.array([number.base for number in parsed], dtype=np.int32),
    )
    return houses, kept


@dataclass(frozen=True)
class Street:
    """A street, square or estate with its houses.

    Attributes
    ----------
    label : str
        The name as it stands in the file.
    name : Name
        The same, taken apart.
    houses : Houses
        Of the whole city.
    rows : (h,) int array
        Its houses, the surest first; empty where none is known.
    possible : (q,) int array
        Houses that may be its, or another street's.
    extent_m : float
        Greatest distance between two corners of the houses' bounding box.
    area : str or None
        Where it lies, when there is another street of the same name.
    place : tuple of float or None
        lon, lat of a point of the street, where the file of streets knows one.
    others : tuple of (str, Name)
        Other ways to write the name.
    """

    label: str
    name: Name
    houses: Houses
    rows: IntArray
    possible: IntArray
    extent_m: float
    area: str | None = None
    place: tuple[float, float] | None = None
    others: tuple[tuple[str, Name], ...] = ()

    @property
    def bare_label(self) -> str:
        """The label without the area."""
        return self.label.removesuffix(f" ({self.area})") if self.area else self.label

    @property
    def names(self) -> tuple[Name, ...]:
        """The name and the other ways to write it, taken apart."""
        return (self.name, *(name for _, name in self.others))

    @property
    def points(self) -> tuple[AddressPoint, ...]:
        """The houses, one by one."""
        return tuple(self.houses.point(row) for row in self.rows)

    def exact(self, number: HouseNumber, written: str) -> AddressPoint | None:
        """Return the point of that very number: as written, without its unit, or in its range."""
        row = _row_of(self.houses, self.rows, number, written)
        return None if row is None else self.houses.point(row)

    def maybe(self, number: HouseNumber, written: str) -> list[AddressPoint]:
        """Return the points of that number that may be of this street."""
        keys = _keys(number, written)
        rows = (r for r in self.possible if _key_of(self.houses, r) in keys)
        return [self.houses.point(row) for row in rows]

    def nearest(self, number: HouseNumber) -> AddressPoint:
        """Return the point whose number is nearest, the same side of the street preferred.

        Of several of one number that with the nearest letter: 14B stands rather by 14A than by 14.
        """
        houses = self.houses
        base = houses.base[houses.code[self.rows]]
        cost = np.abs(base - number.base) + PARITY_COST * (np.abs(number.base - base) % 2)
        best = self.rows[cost == cost.min()]
        return min(
            (houses.point(row) for row in best),
            key=lambda point: (_letters_apart(point.parsed, number), point.parsed.key),
        )

    def round_about(self, number: HouseNumber) -> tuple[AddressPoint, AddressPoint] | None:
        """Return the houses with the next lower and the next higher number of the same side."""
        base = self.houses.base[self.houses.code[self.rows]]
        side = base % 2 == number.base % 2
        below = self.rows[side & (base < number.base)]
        above = self.rows[side & (base > number.base)]
        if not len(below) or not len(above):
            return None
        numbers = self.houses.base[self.houses.code]
        lower, upper = below[numbers[below].argmax()], above[numbers[above].argmin()]
        return self.houses.point(lower), self.houses.point(upper)

    def middle(self) -> AddressPoint:
        """Return the house nearest to the median of all; a point of the street without houses.

        Raises
        ------
        ValueError
            For a street of which no place is known at all.
        """
        if len(self.rows):
            lonlat = self.houses.lonlat[self.rows]
            away = distance_m(lonlat, _median(lonlat))
            return self.houses.point(self.rows[int(np.argmin(away))])
        if self.place is None:
            raise ValueError(f"no place of {self.label} is known")
        return AddressPoint("", HouseNumber(0), *self.place, basis="street")


def _median(lonlat: FloatArray) -> FloatArray:
    """Return (2,) the medians of (n, 2): as `numpy.median`, which a street is too short for."""
    ordered = np.sort(lonlat, axis=0)
    middle: FloatArray = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return middle


def _row_of(houses: Houses, rows: IntArray, number: HouseNumber, written: str) -> int | None:
    keys = _keys(number, written)
    if number.ranged and number.last is not None:
        keys += [str(inner) for inner in range(number.base, number.last + 1, 2)]
    low, high = number.base, max(number.base, number.last or 0)
    base = houses.base[houses.code[rows]]
    # A range begins below the number that it holds; few of them are long.
    near = rows[(base <= high) & (base >= low - LONGEST_RANGE)]
    for key in keys:
        for fits in (_as_written, _as_read, _in_range):
            found = next((row for row in near if fits(houses, row, key)), None)
            if found is not None:
                return int(found)
    return None


LONGEST_RANGE = 60
"""Numbers of one site ("9-15") that are still looked for from its first one."""


def _keys(number: HouseNumber, written: str) -> list[str]:
    return [fold(written).replace(" ", ""), number.key]


def _key_of(houses: Houses, row: int) -> str:
    return houses.parsed[int(houses.code[row])].key


def _as_written(houses: Houses, row: int, key: str) -> bool:
    return houses.folded[int(houses.code[row])] == key


def _as_read(houses: Houses, row: int, key: str) -> bool:
    return houses.parsed[int(houses.code[row])].key == key


def _in_range(houses: Houses, row: int, key: str) -> bool:
    number = houses.parsed[int(houses.code[row])]
    if not number.ranged or number.last is None or not key.isdigit():
        return False
    asked = int(key)
    return number.base <= asked <= number.last and (asked - number.base) % 2 == 0


def _letters_apart(one: HouseNumber, other: HouseNumber) -> int:
    before_a = chr(ord("a") - 1)
    first, second = (ord((number.letter or before_a)[0]) for number in (one, other))
    return abs(first - second)


def difference(asked: HouseNumber, known: HouseNumber) -> int:
    """Return how many numbers lie between the two."""
    return abs(asked.base - known.base)


def distance_m(lonlat: FloatArray, to: FloatArray) -> FloatArray:
    """Return (n,) metres from (n, 2) lon, lat to one lon, lat (equirectangular, city distances).

    Parameters
    ----------
    lonlat : array of float, shape (n, 2)
        Degrees, WGS84.
    to : array of float, shape (2,)
        Degrees; the scale of its latitude holds for all.

    Returns
    -------
    array of float, shape (n,)
        Metres, on a sphere: for comparing places of one city, not for walks.
    """
    scale = np.array([math.cos(math.radians(float(to[1]))), 1.0]) * METRES_PER_DEGREE
    away: FloatArray = np.hypot(*((lonlat - to) * scale).T)
    return away


def extent_m(lonlat: FloatArray) -> float:
    """Return the diagonal, in metres, of the bounding box of (n, 2) lon, lat."""
    if not len(lonlat):
        return 0.0
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    return float(distance_m(low[None, :], high)[0])


AreasOf = Callable[[FloatArray], Sequence[str | None]]
"""Gives the name of the area of each of (n, 2) lon, lat."""
