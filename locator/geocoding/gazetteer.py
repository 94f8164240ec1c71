"""Find a place by what a person types: address, street, stop, district, facility, lat/lon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.errors import N_, InvalidParameterError, OutsideCityError
from locator.base.geo import FloatArray, in_city
from locator.geocoding.address_rule import Stop, locate
from locator.geocoding.answering import ASKED_TO, answers
from locator.geocoding.coordinates import parse_pair
from locator.geocoding.declension import nominatives
from locator.geocoding.index import (
    Row,
    alias_rows,
    district_rows,
    districts_at,
    facility_points,
    facility_rows,
    landmark_rows,
    merged_stops,
    stop_row,
    street_rows,
)
from locator.geocoding.names import fold, spelt
from locator.geocoding.place import Place as Place
from locator.geocoding.query_parser import NUMBER_AT_END, ParsedQuery, checked_query, readings
from locator.geocoding.scoring import Matcher, build_matcher
from locator.geocoding.street_groups import build_streets
from locator.geocoding.streets import Street

MIN_SCORE = 66.0
"""Matches below this are not shown: no answer is better than a wild one."""

MAX_LIMIT = 50

SWAPPED_NOTE = N_("Read as longitude, latitude: the other order would lie outside the city.")

_PRIORITY = {"address": 0, "street": 0, "district": 1, "quarter": 1, "landmark": 2, "stop": 2}
_LAST = 3


@dataclass(frozen=True, repr=False)
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
    city_names : frozenset of tuples of str
        Names of the city itself: who types no more than that has not said where.
    unplaced : mapping of tuple of str to str
        Streets of which no place is known: the words of their names as spelt, to the labels.
    """

    rows: tuple[Row, ...]
    matcher: Matcher
    streets: tuple[Street, ...]
    stops: tuple[Stop, ...]
    first_names: frozenset[str]
    ignored: frozenset[tuple[str, ...]]
    boundary: Any
    city_names: frozenset[tuple[str, ...]] = frozenset()
    unplaced: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Gazetteer: {len(self.rows)} names>"

    def unplaced_street(self, query: str) -> str | None:
        """Return the label of the street without any known place that `query` names, or None."""
        ways = readings(checked_query(query), self.ignored)
        return next(
            (self.unplaced[way.spelling] for way in ways if way.spelling in self.unplaced), None
        )

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
        best: dict[tuple[str, str, float, float], Place] = {}  # the best reading of each place
        ways = self._ways(text)
        similar = self.matcher.similarities(word for way in ways for word in way.name.core)
        for reading in ways:
            for place in self._places(reading, similar, limit):
                same = (place.kind, place.label, place.lon, place.lat)
                if same not in best or place.score > best[same].score:
                    best[same] = place
        ranked = sorted(
            _address_first(_without_middles(best.values()), ways),
            key=lambda place: (
                -round(place.score, 1),
                _PRIORITY.get(place.kind, _LAST),
                place.label,
            ),
        )
        return ranked[:limit]

    def _ways(self, text: str) -> list[ParsedQuery]:
        ways = readings(text, self.ignored)
        declined = [
            replace(way, name=replace(way.name, core=words), spelling=words, declined=True)
            for way in ways
            if (words := nominatives(way.name.core, self.vocabulary))
        ]
        return [*ways, *declined]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that a name of the city is made of."""
        return frozenset(self.matcher.words.tolist())

    def locate(self, street: str, number: str | None) -> Place | None:
        """Return the place of a published address, or None; see
        `locator.geocoding.address_rule.locate`.

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
        self, reading: ParsedQuery, similar: Mapping[str, FloatArray], limit: int
    ) -> list[Place]:
        scores = self.matcher.scores(reading.name.core, similar)
        likely = np.flatnonzero(scores >= MIN_SCORE)
        order = likely[np.argsort(-scores[likely], kind="stable")][: limit * 5]
        found = [
            place
            for at in order
            for place in answers(self.rows[at], reading, float(scores[at]), self.first_names)
        ]
        return [place for place in found if place.score >= MIN_SCORE]


def _address_first(places: list[Place], ways: Iterable[ParsedQuery]) -> list[Place]:
    """Return the places; where a number of a street was typed, none by the name of a facility.

    "Majora 20" is a house, whatever is called number 20.
    """
    streets = [
        place.score
        for place in places
        if place.kind in ("address", "street") and place.match != "like"
    ]
    if not streets or not any(way.number for way in ways):
        return places
    most = min(max(streets) - 0.1, ASKED_TO)
    return [
        replace(place, sure=False, score=min(place.score, most))
        if place.kind in ("facility", "landmark") and place.match != "whole"
        else place
        for place in places
    ]


def _without_middles(places: Iterable[Place]) -> list[Place]:
    """Return the places without the middles of streets whose very house is among them."""
    found = list(places)
    numbered = {
        place.label.rpartition(" ")[0] for place in found if place.kind == "address" and place.sure
    }
    return [p for p in found if p.kind != "street" or p.sure or p.label not in numbered]


def build_gazetteer(
    *,
    addresses: pd.DataFrame,
    stops: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    boundary: Any,
    city_names: Iterable[str] = (),
    street_names: pd.DataFrame | None = None,
    landmarks: pd.DataFrame | None = None,
    aliases: pd.DataFrame | None = None,
) -> Gazetteer:
    """Return the gazetteer of a city.

    Parameters
    ----------
    addresses : DataFrame
        Columns ``street``, ``number``, ``lon``, ``lat``, and ``basis`` where not all addresses
        are known as such (`locator.geocoding.streets.BASES`).
    stops : DataFrame
        Columns ``name``, ``lon``, ``lat``; those outside the boundary are left out.
    districts : GeoDataFrame
        Index: number. Columns ``roman``, ``name``, geometry in WGS84.
    facilities : GeoDataFrame
        As in `locator.city.model.City`. Those with exact coordinates of their own and a house
        number
        also serve as address points.
    boundary : shapely geometry
        The city in WGS84.
    city_names : iterable of str
        Names of the city, ignored in queries ("Długa 42, Kraków").
    street_names, landmarks, aliases : DataFrame, optional
        As `locator.geocoding.street_groups.build_streets`, `locator.geocoding.index.landmark_rows`
        and
        `locator.geocoding.index.alias_rows` want them.

    Returns
    -------
    Gazetteer
        Holds copies of what it needs; the frames may be changed afterwards.
    """
    shapely.prepare(boundary)
    columns = ["street", "number", "lon", "lat", "basis"]
    known = addresses if "basis" in addresses else addresses.assign(basis="address")
    streets = build_streets(
        pd.concat([known[columns], facility_points(facilities)], ignore_index=True),
        names=street_names,
        areas_of=partial(districts_at, districts),
    )
    merged = merged_stops(stops, boundary)
    rows = [
        *(row for street in streets for row in street_rows(street)),
        *district_rows(districts),
        *(landmark_rows(landmarks) if landmarks is not None else ()),
        *(stop_row(stop) for stop in merged),
        *facility_rows(facilities),
    ]
    rows += alias_rows(aliases, rows) if aliases is not None else []
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
        city_names=frozenset(words for words in own if words),
        unplaced={
            spelt(street.label): street.label
            for street in streets
            if not len(street.rows) and street.place is None
        },
    )
