"""Answer machines where the AEDs on vehicles are, and which AEDs can be fetched now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from locator.analysis.aed.nearest import AedAnswer, AedQuery, nearest_aed
from locator.analysis.aed.option import AedOption
from locator.analysis.nearest import local_moment
from locator.api.context import AppState
from locator.api.geojson import point_json, whole
from locator.api.live import LiveFleet
from locator.api.nearest import origin_of, place_json
from locator.api.operations import GEOJSON, operation
from locator.api.queries import Count, Moment, Pace, StartParams, described, frozen
from locator.api.schemas import Point
from locator.api.schemas_vehicles import (
    AedFeature,
    AedsAnswer,
    Availability,
    Feed,
    VehicleFeature,
    VehiclesAnswer,
)
from locator.base.i18n import error_text, text
from locator.geocoding.place import Place
from locator.vehicles import VehiclePosition


@frozen
class VehiclesParams:
    """When."""

    at: Moment | None = described("Moment; by default now.", default=None)


@frozen
class AedParams(StartParams):
    """Where an AED is needed, and when."""

    at: Moment | None = described("Moment; by default now.", default=None)
    k: Count = described("At most so many of each kind.", default=8)
    pace: Pace = described("How fast one runs, m/s.", default=2.0)


@operation(
    "/api/vehicles",
    VehiclesParams,
    VehiclesAnswer,
    summary="Where the AEDs on vehicles are",
    tag="aed",
    media_type=GEOJSON,
    bounds="counted",
)
def vehicles(app: AppState, asked: VehiclesParams) -> VehiclesAnswer:
    """Every vehicle that is known to carry an AED: live where a feed says so, else where its tour
    is by the timetable at that minute, else at its base, which is the first stop of its tour where
    its depot is not published. A live position is never older than 3 minutes. Vehicles that are
    only assumed to carry one are in `unconfirmed`.
    """
    held = app.live_fleet
    at = local_moment(app.city, asked.at)
    found = {position.vehicle.id: vehicle_feature(position) for position in held.positions(at)}
    named = held.fleet.confirmed
    return {
        "type": "FeatureCollection",
        "at": at.isoformat(timespec="seconds"),
        "in_service": held.fleet.has_service(at.date()),
        "feeds": list(feeds_json(held, at)),
        "features": [one for id_, one in found.items() if id_ in named],
        "unconfirmed": [one for id_, one in found.items() if id_ not in named],
    }


def vehicle_feature(position: VehiclePosition) -> VehicleFeature:
    """Return a position as a GeoJSON feature."""
    vehicle = position.vehicle
    return {
        "type": "Feature",
        "id": vehicle.id,
        "geometry": point_json(position.lon, position.lat),
        "properties": {
            "layer": vehicle.layer,
            "name": vehicle.name,
            "unit": vehicle.unit,
            "fleet_number": vehicle.fleet_number,
            "basis": position.basis,
            "observed_at": position.observed_at.isoformat(timespec="seconds"),
            "age_s": round(position.age_s),
            "assignment": position.assignment,
            "line": position.line,
            "headsign": position.headsign,
            "next_stop": position.next_stop,
            "next_stop_at": _iso(position.next_stop_at),
            "delay_s": whole(position.delay_s),
            "base": vehicle.base_name,
            "base_is": vehicle.base_is,
        },
    }


def feeds_json(held: LiveFleet, at: datetime) -> Iterable[Feed]:
    """Yield how each feed is doing at `at`, the error in the language of the request."""
    for state in held.feeds:
        answered = state.answered_t
        yield {
            "feed": state.feed,
            "alive": state.is_alive(at.timestamp()),
            "answered_at": None
            if answered is None
            else datetime.fromtimestamp(answered, at.tzinfo).isoformat(timespec="seconds"),
            "failures": state.failures,
            "error": error_text(state.error) if state.error else None,
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


@operation(
    "/api/aed",
    AedParams,
    AedsAnswer,
    summary="AEDs that can be fetched now",
    tag="aed",
    media_type=GEOJSON,
    errors=(404, 422),
    bounds="urgent",
)
def aed(app: AppState, asked: AedParams) -> AedsAnswer:
    """AEDs round a place by the time to fetch one and come back: fixed ones that are open when
    one gets there, and vehicles that the city has named, where they can be met. After them those
    with unknown hours, closed ones, and live vehicles whose way is not known. In `unconfirmed`, by
    assumed tours, vehicles of which nobody has said that they carry an AED. 404: no such
    place; 422: outside the city.
    """
    origin = origin_of(app, asked)
    answer = aed_answer(app, asked, origin)
    return {
        "type": "FeatureCollection",
        "origin": place_json(origin),
        "model": answer.model,
        "at": answer.at.isoformat(timespec="seconds"),
        "pace_m_s": round(answer.query.pace_m_s, 3),
        "off_service": answer.off_service,
        "beside": answer.beside.id if answer.beside else None,
        "features": [_aed_feature(group, option) for group, option in grouped(answer)],
        "unconfirmed": [_aed_feature("unconfirmed", option) for option in answer.unconfirmed],
    }


def aed_answer(app: AppState, asked: AedParams, origin: Place) -> AedAnswer:
    """Return the AEDs round `origin` at the moment asked about.

    Parameters
    ----------
    app : AppState
    asked : AedParams
    origin : Place
        What the question's words, or its point, stand for.

    Returns
    -------
    AedAnswer
    """
    held = app.live_fleet
    query = AedQuery(origin.lon, origin.lat, asked.at, pace_m_s=asked.pace, k=asked.k)
    return nearest_aed(app.walkable_city, held.fleet, query, feeds=held.feeds)


def grouped(answer: AedAnswer) -> Iterable[tuple[Availability, AedOption]]:
    """Yield every option with its group, those that can be fetched first."""
    groups: tuple[tuple[Availability, tuple[AedOption, ...]], ...] = (
        ("now", answer.options),
        ("hours_unknown", answer.unknown),
        ("closed", answer.closed),
        ("way_unknown", answer.way_unknown),
    )
    for availability, options in groups:
        for option in options:
            yield availability, option


def _aed_feature(availability: Availability, option: AedOption) -> AedFeature:
    where = option.position
    return {
        "type": "Feature",
        "id": option.id,
        "geometry": cast(Point, point_json(option.lon, option.lat)),
        "properties": {
            "layer": option.layer,
            "name": option.name,
            "kind": option.kind,
            "indoor": option.indoor,
            "level": option.level,
            "sureness": option.sureness,
            "because": text(option.because.because) if option.because else None,
            "availability": availability,
            "walk_m": round(option.walk_m),
            "walk_s": round(option.walk_s),
            "wait_s": whole(option.wait_s),
            "total_s": whole(option.total_s),
            "open_state": option.state,
            "next_change": _iso(option.next_change),
            "evidence": option.evidence,
            "access": option.access,
            "stop": option.stop,
            "meeting": point_json(option.stop_lon, option.stop_lat),
            "meet_at": _iso(option.meet_at),
            "line": option.line,
            "basis": where.basis if where else None,
            "observed_at": _iso(where.observed_at) if where else None,
            "age_s": round(where.age_s) if where else None,
            "assignment": where.assignment if where else None,
        },
    }
