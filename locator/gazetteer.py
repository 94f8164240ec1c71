"""Find a place by what a person types: address, street, stop, district, facility, lat/lon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.coordinates import parse_pair
from locator.errors import N_, InvalidParameterError, OutsideCityError
from locator.findable import (
    Row,
    district_rows,
    districts_at,
    facility_points,
    facility_rows,
    merged_stops,
    stop_row,
    street_row,
)
from locator.geo import FloatArray, in_city
from locator.locating import (
    NEIGHBOUR_NOTE,
    NEIGHBOUR_NUMBERS,
    Stop,
    locate,
)
from locator.matching import Matcher, build_matcher
from locator.places import Place as Place
from locator.streetnames import fold
from locator.streets import Street, build_streets, difference
from locator.typed import NUMBER_AT_END, Reading, checked_query, readings

MIN_SCORE = 66.0
"""Matches below this are not shown: no answer is better than a wild one."""

PART_MATCH = 99.4
"""The most that a part of a name can score."""

BEGINNING, HOUSES = 8.0, 0.9
"""What a name gains that begins with the only word typed, and for each doubling of its houses."""

MAX_LIMIT = 50

OTHER_KIND = 0.85
"""Factor when the query says "plac" and the name is not one."""

NEAR_NUMBER = 0.97
"""Factor when the house number is not on file, but a near one is."""

FAR_NUMBER = 0.92
"""Factor when no number near to it is on file: another street may have it."""

LOST_NUMBER = 0.74
"""Factor when a house number was typed after the name of a stop."""

EXCLUSIVE_KINDS = ("dzielnica", "przystanek")
"""Who writes one of these words means nothing else."""

SWAPPED_NOTE = N_("Read as longitude, latitude: the other order would lie outside the city.")
STOP_NUMBER_NOTE = N_("Number {asked} is not on file; this is the stop of that name.")

_PRIORITY = {"address": 0, "street": 0, "district": 1, "stop": 2, "facility": 3}


@dataclass(frozen=True)
class Gazetteer:
    """Every name of a city, ready to be searched.

    Attributes
    ----------
    rows : tuple of Row
    matcher : Matcher
        Of the words of `rows`, in their order.
    streets : tuple of Street
    stops : tuple of Stop
    first_names : frozenset of str
        Words that streets begin with and that are not the name proper.
    ignored : frozenset of tuples of str
        Names that a query may carry without meaning more: the city's own, and the districts'.
    boundary : shapely geometry
        The city in WGS84.
    """

    rows: tuple[Row, ...]
    matcher: Matcher
    streets: tuple[Street, ...]
    stops: tuple[Stop, ...]
    first_names: frozenset[str]
    ignored: frozenset[tuple[str, ...]]
    boundary: Any

    def search(self, query: str, *, limit: int = 8) -> list[Place]:
        """Return the places that `query` may mean, best first; an empty list when none does.

        Parameters
        ----------
        query : str
            1 to 200 characters: an address, a street, a stop, a district, a facility, or a pair
            of coordinates (lat, lon).
        limit : int
            At most so many.

        Raises
        ------
        InvalidParameterError
            For an empty or an over-long query, or a limit that is not 1 to 50.
        OutsideCityError
            For coordinates outside the city.
        """
        text = checked_query(query)
        if not 1 <= limit <= MAX_LIMIT:
            raise InvalidParameterError(
                N_("The number of answers is {limit}; accepted is 1 to {most}."),
                parameter="limit",
                limit=limit,
                most=MAX_LIMIT,
            )
        pair = parse_pair(text)
        if pair is not None:
            return [self.at(*pair)]
        best: dict[Place, Place] = {}  # by the place of its row: the best reading of each
        ways = readings(text, self.ignored)
        similar = self.matcher.similarities(word for way in ways for word in way.name.core)
        for reading in ways:
            for row, place in self._places(reading, similar, limit):
                if row.place not in best or place.score > best[row.place].score:
                    best[row.place] = place
        ranked = sorted(
            best.values(),
            key=lambda place: (-round(place.score, 1), _PRIORITY[place.kind], place.label),
        )
        return ranked[:limit]

    def locate(self, street: str, number: str | None) -> Place | None:
        """Return the place of a published address, or None; see `locator.locating.locate`.

        A number that stands in `street` is read where `number` is None ("Kurczaba 25").
        """
        place = self._locate(street, number)
        trailing = NUMBER_AT_END.match(street.strip()) if number is None else None
        if place is None and trailing:
            place = self._locate(trailing["name"], trailing["number"])
        return place

    def _locate(self, street: str, number: str | None) -> Place | None:
        return locate(
            street,
            number,
            streets=self.streets,
            stops=self.stops,
            first_names=self.first_names,
        )

    def at(self, lat: float, lon: float) -> Place:
        """Return the place of a pair of coordinates, turned round when only that fits.

        Raises
        ------
        OutsideCityError
            When neither order lies in the city.
        """
        note = None
        if not self.covers(lon, lat):
            if not self.covers(lat, lon):
                west, south, east, north = self.boundary.bounds
                raise OutsideCityError(
                    N_(
                        "The point {lat}, {lon} lies outside the city. Its latitudes run from "
                        "{south} to {north}, its longitudes from {west} to {east}."
                    ),
                    parameter="q",
                    lat=f"{lat:.5f}",
                    lon=f"{lon:.5f}",
                    south=f"{south:.2f}",
                    north=f"{north:.2f}",
                    west=f"{west:.2f}",
                    east=f"{east:.2f}",
                )
            lat, lon, note = lon, lat, SWAPPED_NOTE
        return Place(
            label=f"{lat:.5f}, {lon:.5f}",
            kind="coordinate",
            lon=lon,
            lat=lat,
            precision="exact",
            score=100.0,
            note=note,
            basis="coordinate",
        )

    def covers(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the city (or within 25 m of its edge)."""
        return in_city(self.boundary, lon, lat)

    def _places(
        self, reading: Reading, similar: Mapping[str, FloatArray], limit: int
    ) -> list[tuple[Row, Place]]:
        scores = self.matcher.scores(reading.name.core, similar)
        likely = np.flatnonzero(scores >= MIN_SCORE)
        order = likely[np.argsort(-scores[likely], kind="stable")][: limit * 5]
        found = [
            (row, _answer(row, reading, score + _prominence(row, reading, score)))
            for row, score in ((self.rows[at], float(scores[at])) for at in order)
        ]
        return [(row, place) for row, place in found if place and place.score >= MIN_SCORE]


def _prominence(row: Row, reading: Reading, score: float) -> float:
    """Return what a name gains when the only word typed is a part of it.

    "Rynek" is rather the start of a name than its end, and rather the square with most houses.
    A whole match stays before every part.
    """
    words = reading.name.core
    if len(words) != 1 or len(row.words) < 2 or score >= PART_MATCH:
        return 0.0
    begins = BEGINNING if row.words[0].startswith(words[0]) else 0.0
    houses = HOUSES * math.log2(1 + len(row.street.points)) if row.street else 0.0
    return min(begins + houses, PART_MATCH - score)


def _answer(row: Row, reading: Reading, score: float) -> Place | None:
    stated = reading.name.kind
    if stated not in row.kinds:
        if row.only_stated or stated in EXCLUSIVE_KINDS:
            return None
        if stated is not None:
            score *= OTHER_KIND
    if reading.number is None:
        return replace(row.place, score=score)
    if row.street is not None:
        return _address(row.street, reading, score)
    if row.kind != "stop":
        return None
    return replace(
        row.place,
        score=score * LOST_NUMBER,
        precision="area",
        note=STOP_NUMBER_NOTE,
        note_values=(("asked", reading.written),),
    )


def _address(street: Street, reading: Reading, score: float) -> Place | None:
    if reading.number is None:
        return None
    point = street.exact(reading.number, reading.written)
    exact = point is not None
    point = point or street.nearest(reading.number)
    away = difference(reading.number, point.parsed)
    factor = 1.0 if exact else NEAR_NUMBER if away <= NEIGHBOUR_NUMBERS else FAR_NUMBER
    return Place(
        label=f"{street.label} {reading.written if exact else point.number}",
        kind="address",
        lon=point.lon,
        lat=point.lat,
        precision="exact" if exact else "street",
        score=score * factor,
        note=None if exact else NEIGHBOUR_NOTE,
        note_values=() if exact else (("asked", reading.written), ("used", point.number)),
        basis=point.basis,
    )


def build_gazetteer(
    *,
    addresses: pd.DataFrame,
    stops: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    boundary: Any,
    city_names: Iterable[str] = (),
) -> Gazetteer:
    """Return the gazetteer of a city.

    Parameters
    ----------
    addresses : DataFrame
        Columns ``street``, ``number``, ``lon``, ``lat``.
    stops : DataFrame
        Columns ``name``, ``lon``, ``lat``; those outside the boundary are left out.
    districts : GeoDataFrame
        Index: number. Columns ``roman``, ``name``, geometry in WGS84.
    facilities : GeoDataFrame
        As in `locator.city.City`. Those with exact coordinates of their own and a house number
        also serve as address points.
    boundary : shapely geometry
        The city in WGS84.
    city_names : iterable of str
        Names of the city, ignored in queries ("Długa 42, Kraków").
    """
    shapely.prepare(boundary)
    columns = ["street", "number", "lon", "lat"]
    points = [
        (str(street), str(number), lon, lat, "address")
        for street, number, lon, lat in addresses[columns].itertuples(index=False)
        if isinstance(street, str) and isinstance(number, str)
    ]
    streets = build_streets(
        [*points, *facility_points(facilities)], areas_of=partial(districts_at, districts)
    )
    merged = merged_stops(stops, boundary)
    rows = [
        *(street_row(street) for street in streets),
        *district_rows(districts),
        *(stop_row(stop) for stop in merged),
        *facility_rows(facilities),
    ]
    named = [tuple(fold(name).split()) for name in districts["name"]]
    own = [tuple(fold(name).split()) for name in city_names]
    leading = [0.35 if row.kind == "street" else 0.8 for row in rows]
    return Gazetteer(
        rows=tuple(rows),
        matcher=build_matcher([row.words for row in rows], leading),
        streets=tuple(streets),
        stops=tuple(merged),
        first_names=frozenset(
            street.name.core[0] for street in streets if len(street.name.core) > 1
        ),
        ignored=frozenset(words for words in [*named, *own] if words),
        boundary=boundary,
    )
