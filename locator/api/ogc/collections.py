"""Hold what the city publishes as collections of features, all in one shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

import numpy as np
import shapely

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.access.part_ranges import gap_ranges
from locator.api.aed import vehicle_feature
from locator.api.context import AppState
from locator.api.coverage_answers import district_answers
from locator.api.coverage_found import ranges_of
from locator.api.data import districts, facility_properties, units
from locator.api.geojson import whole
from locator.api.queries import NoParams
from locator.base.echo import cut
from locator.base.errors import N_, NotComputableError, NotFoundError
from locator.base.i18n import current_language, gettext, text
from locator.city.catalogue import Layer
from locator.city.history import span_of

NO_COLLECTION = N_("There is no collection {given}.")

Span = tuple[datetime | None, datetime | None]
"""From when to when something holds; None is open."""

ALWAYS: Span = (None, None)


@dataclass(frozen=True)
class Features:
    """The features of a collection, a row each, in a lasting order.

    Attributes
    ----------
    ids : sequence of str
    properties : sequence of mapping
        Each with the same names.
    places : array of shapely geometries or None
        Lon, lat in WGS84.
    spans : sequence of Span
        When each exists, or was seen.
    """

    ids: Sequence[str]
    properties: Sequence[Mapping[str, Any]]
    places: Any
    spans: Sequence[Span]


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes
    ----------
    id, title, description : str
    dear : bool
        Its features have to be computed, which takes a while the first time.
    changing : bool
        Its features are others a moment later.
    read : callable
        Gives the features.
    """

    id: str
    title: str
    description: str
    dear: bool
    changing: bool
    read: Callable[[AppState], Features]


def collections(app: AppState) -> dict[str, Collection]:
    """Return every collection of the city by its id, in the language of the request.

    Parameters
    ----------
    app : AppState

    Returns
    -------
    dict of str to Collection
    """
    listed = [
        Collection(
            layer.id,
            text(layer.names),
            text(layer.descriptions),
            dear=False,
            changing=False,
            read=partial(_facilities, layer=layer),
        )
        for layer in app.catalogue.layers.values()
    ]
    listed.append(_given("districts", N_("Districts"), N_("Districts of the city."), _districts))
    if len(app.city.units):
        said = N_("Parts of the districts.")
        listed.append(_given("units", N_("Neighbourhood units"), said, _units))
    listed += [
        _given(
            "coverage",
            N_("Coverage"),
            N_("Share of people within the standard of each service, by district, with its range."),
            _coverage,
            dear=True,
        ),
        _given(
            "gaps",
            N_("Gaps"),
            N_("The largest areas from which a service is beyond its standard, with their people."),
            _gaps,
            dear=True,
        ),
        _given(
            "vehicles",
            N_("Vehicles with AEDs"),
            N_("Where vehicles are now that carry an AED; the assumed ones say so."),
            _vehicles,
            changing=True,
        ),
    ]
    return {one.id: one for one in listed}


def collection_of(app: AppState, given: str) -> Collection:
    """Return a collection by its id.

    Parameters
    ----------
    app : AppState
    given : str

    Returns
    -------
    Collection

    Raises
    ------
    NotFoundError
        There is none.
    """
    known = collections(app)
    if given not in known:
        raise NotFoundError(NO_COLLECTION, parameter="collectionId", given=cut(given))
    return known[given]


def features_of(app: AppState, collection: Collection) -> Features:
    """Return the features of a collection, kept unless they change.

    Parameters
    ----------
    app : AppState
    collection : Collection

    Returns
    -------
    Features
    """
    if collection.changing:
        return collection.read(app)
    key = ("ogc", collection.id, current_language())
    return app.memo.get(key, lambda: collection.read(app))


def _given(
    id_: str,
    title: str,
    description: str,
    read: Callable[[AppState], Features],
    *,
    dear: bool = False,
    changing: bool = False,
) -> Collection:
    return Collection(id_, gettext(title), gettext(description), dear, changing, read)


def _facilities(app: AppState, layer: Layer) -> Features:
    chosen = app.city.facilities[app.city.facilities["layer"] == layer.id]
    known = facility_properties(app)
    properties = [known[str(id_)] for id_ in chosen.index]
    return Features(
        ids=[str(id_) for id_ in chosen.index],
        properties=properties,
        places=_or_none(chosen.geometry.to_numpy()),
        spans=[_lifetime(one) for one in properties],
    )


def _lifetime(properties: Mapping[str, Any]) -> Span:
    """From the first day on which a facility may have opened to the last before it closed."""
    opened = span_of(properties["opened"] or properties["expected_opening"])
    closed = span_of(properties["closed"])
    return (
        None if opened is None else datetime.combine(opened[0], time.min, UTC),
        None if closed is None else datetime.combine(closed[1], time.max, UTC),
    )


def _districts(app: AppState) -> Features:
    return _held(app.city.districts.geometry, districts(app, NoParams()))


def _units(app: AppState) -> Features:
    return _held(app.city.units.geometry, units(app, NoParams()))


def _held(areas: Any, answer: Mapping[str, Any]) -> Features:
    """The areas as the API describes them; they are here as shapes."""
    properties = [one["properties"] for one in answer["features"]]
    return Features(
        ids=[str(id_) for id_ in areas.index],
        properties=properties,
        places=_or_none(areas.to_numpy()),
        spans=[ALWAYS] * len(properties),
    )


def _coverage(app: AppState) -> Features:
    ids, properties, places = [], [], []
    areas = app.city.districts.geometry
    for found in _found(app):
        for row in district_answers(found, ranges_of(app, found).districts):
            ids.append(f"{found.layer}-{row['number']}")
            places.append(areas.loc[row["number"]])
            properties.append({**_standard(app, found), **row})
    return Features(ids, properties, _array(places), [ALWAYS] * len(ids))


def _gaps(app: AppState) -> Features:
    ids, properties, places = [], [], []
    for found in _found(app):
        ground = app.walkable_city_for("foot")
        rows: Any = found.gaps.join(gap_ranges(ground, found, found.gaps)).itertuples()
        for place, row in enumerate(rows, 1):
            ids.append(f"{found.layer}-{place}")
            places.append(row.geometry)
            properties.append(
                {
                    **_standard(app, found),
                    "district": int(row.district),
                    "name": str(row.district_name),
                    "people": round(row.people),
                    "low": whole(row.low),
                    "high": whole(row.high),
                }
            )
    return Features(ids, properties, _array(places), [ALWAYS] * len(ids))


def _found(app: AppState) -> Iterable[Coverage]:
    """Yield the coverage of every layer that has one, each by its own standard."""
    for layer in app.catalogue.layers.values():
        try:
            yield app.coverage(CoverageQuery(layer.id))
        except NotComputableError:  # a layer that moves, or of which nothing is on the map
            continue


def _standard(app: AppState, found: Coverage) -> dict[str, Any]:
    return {
        "layer": found.layer,
        "minutes": found.minutes,
        "group": found.group,
        "model": found.model,
        "data_date": app.catalogue.data_date,
    }


def _vehicles(app: AppState) -> Features:
    held = app.live_fleet
    told = [vehicle_feature(one) for one in held.positions(datetime.now(UTC))]
    named = held.fleet.confirmed
    seen = [datetime.fromisoformat(one["properties"]["observed_at"]) for one in told]
    return Features(
        ids=[one["id"] for one in told],
        properties=[{**one["properties"], "confirmed": one["id"] in named} for one in told],
        places=_array(
            [
                None if one["geometry"] is None else shapely.Point(one["geometry"]["coordinates"])
                for one in told
            ]
        ),
        spans=[(moment, moment) for moment in seen],
    )


def _array(places: Sequence[Any]) -> Any:
    made = np.empty(len(places), dtype=object)
    made[:] = places
    return made


def _or_none(places: Any) -> Any:
    """What is nowhere is None, as GeoJSON has it."""
    nowhere = shapely.is_missing(places) | shapely.is_empty(places)
    return np.where(nowhere, None, places)
