"""Answer machines where to walk: places for some words, and the nearest facilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from locator.analysis.access.counted import FilterCount, filter_count_of
from locator.analysis.nearest import NearestResult, nearest
from locator.api.context import AppState
from locator.api.data import facility_points, facility_properties
from locator.api.filtering import filter_answer
from locator.api.geojson import whole
from locator.api.needs import need_json
from locator.api.operations import GEOJSON, operation
from locator.api.queries import NearestParams, SearchParams, StartParams, nearest_query_of
from locator.api.schemas import PlaceKind, Point, Precision
from locator.api.schemas_places import FoundPlace, NearestAnswer, SearchAnswer
from locator.api.street_info import is_night, off_network_m, profile_of
from locator.base.geojson import DEGREE_DIGITS
from locator.base.i18n import gettext
from locator.city.lookup import known_layers
from locator.city.needs import offered_needs
from locator.geocoding.place import Place
from locator.geocoding.resolving import resolve
from locator.walking.walkable_city import WalkableCity

if TYPE_CHECKING:
    from locator.analysis.transit.journeys import Transit


@operation(
    "/api/search",
    SearchParams,
    SearchAnswer,
    summary="Places and services for some words",
    errors=(422,),
)
def search(app: AppState, asked: SearchParams) -> SearchAnswer:
    """Addresses, streets, stops, districts, neighbourhoods, landmarks and facilities, best first. A
    pasted `lat, lon` is a place too; outside the city it is answered with 422. Words that say what
    somebody needs ("nie mam co jeść") are answered with `needs` and where they lead.
    """
    places = app.city.gazetteer.search(asked.q, limit=asked.limit)
    needs = offered_needs(app.city.needs, asked.q, places)
    return {
        "q": asked.q,
        "places": [place_json(place) for place in places],
        "needs": [need_json(app, need) for need in needs],
    }


def place_json(place: Place) -> FoundPlace:
    """Return a place of the gazetteer; its note in the language of the request."""
    return {
        "label": place.label,
        "kind": cast(PlaceKind, place.kind),
        "lon": round(place.lon, DEGREE_DIGITS),
        "lat": round(place.lat, DEGREE_DIGITS),
        "precision": cast(Precision, place.precision),
        "score": round(place.score, 1),
        "note": gettext(place.note).format(**dict(place.note_values)) if place.note else None,
        "facility_id": place.facility_id,
        "basis": place.basis,
        "sure": place.sure,
    }


@operation(
    "/api/nearest",
    NearestParams,
    NearestAnswer,
    summary="The nearest facilities on foot",
    media_type=GEOJSON,
    errors=(404, 422),
    bounds="counted",
    example={"k": 3},
)
def nearest_on_foot(app: AppState, asked: NearestParams) -> NearestAnswer:
    """The `k` nearest of each layer named, sorted by walking time. Say where from with `q`, or with
    `lat` and `lon`. `by=transit` says beside the walks how to go by tram or bus, by the timetable.
    404: no such layer, or no place of that name; 422: outside the city, or `q` is not certain: then
    the error has `candidates`; or no timetable (`no_timetable`), or none for that day
    (`outside_timetable`).
    """
    return nearest_answer(app, found_nearest(app, asked))


@dataclass(frozen=True)
class FoundNearest:
    """The nearest facilities, where the walks start, and the city as it was walked.

    Attributes
    ----------
    origin : Place
    result : NearestResult
    walkable_city : WalkableCity
    transit : Transit or None
        The journeys beside the walks, where they were asked for.
    """

    origin: Place
    result: NearestResult
    walkable_city: WalkableCity
    transit: Transit | None = None

    @property
    def filter_count(self) -> FilterCount | None:
        """Which facilities count, and how many are left out; None where all count."""
        return filter_count_of_result(self.walkable_city, self.result)


def filter_count_of_result(
    walkable_city: WalkableCity, result: NearestResult
) -> FilterCount | None:
    """Return which facilities count for an answer, and how many are left out.

    Parameters
    ----------
    walkable_city : WalkableCity
        As it was walked.
    result : NearestResult

    Returns
    -------
    FilterCount or None
        None where all count.
    """
    query = result.query
    layers = tuple(dict.fromkeys(query.layers))
    return filter_count_of(walkable_city.choosing(query.which), layers) if query.which else None


def found_nearest(app: AppState, asked: NearestParams) -> FoundNearest:
    """Return the nearest facilities; errors as for `origin_of`, `transit`, and an unknown layer.

    Parameters
    ----------
    app : AppState
    asked : NearestParams
        With at least one layer.

    Returns
    -------
    FoundNearest
    """
    known_layers(app.catalogue, asked.layer)
    origin = origin_of(app, asked)
    walkable_city = app.walkable_city_for(asked.profile, at_night=asked.night == "yes")
    result = nearest(walkable_city, nearest_query_of(asked, origin.lon, origin.lat))
    beside = None
    if asked.by == "transit":
        from locator.api.transit import transit_beside

        beside = transit_beside(app, walkable_city, result, asked)
    return FoundNearest(origin, result, walkable_city, beside)


def origin_of(app: AppState, asked: StartParams) -> Place:
    """Return where the walk starts: the place that the words mean, or the very point.

    Raises
    ------
    NotFoundError
        If no place matches the words.
    AmbiguousPlaceError
        If they may mean several places, or none for sure.
    OutsideCityError
        If the words are coordinates outside the city.
    """
    if asked.lat is not None and asked.lon is not None:
        label = f"{asked.lat:.5f}, {asked.lon:.5f}"
        return Place(label, "coordinate", asked.lon, asked.lat, "exact", 100.0)
    return resolve(app.city.gazetteer, asked.q or "")[0]


def nearest_answer(app: AppState, found: FoundNearest) -> NearestAnswer:
    """Return what was found as it is answered.

    Parameters
    ----------
    app : AppState
    found : FoundNearest

    Returns
    -------
    NearestAnswer
        GeoJSON, texts in the language that is spoken.
    """
    properties = facility_properties(app)
    points = facility_points(app)
    result, model = found.result, found.walkable_city.model
    basis: dict[str, Any] = {}
    if found.transit:
        from locator.api.transit import basis_json

        basis = {"transit": basis_json(found.transit.basis)}
    return {
        "type": "FeatureCollection",
        "origin": place_json(found.origin),
        "model": result.model,
        "profile": profile_of(model),
        "at_night": is_night(model),
        "at": result.at.isoformat(timespec="seconds"),
        "off_network_m": whole(off_network_m(result.origin)),
        "filter": filter_answer(app.city, counts) if (counts := found.filter_count) else None,
        **basis,  # type: ignore[typeddict-item]
        "features": [
            {
                "type": "Feature",
                "id": row.id,
                "geometry": cast(Point, points[row.id]),  # no walk leads to one without a place
                "properties": {
                    **properties[row.id],
                    "walk_m": round(row.walk_m),
                    "walk_s": round(row.walk_s),
                    "pace_m_s": round(row.pace_m_s, 3),
                    "model": result.model,
                    "open_state": row.open_state,
                    "next_change": row.next_change.isoformat() if row.next_change else None,
                    "via": list(row.via),
                    **_journeys(found, number, row.id),
                },
            }
            for number, row in enumerate(result.found)
        ],
    }


def _journeys(found: FoundNearest, number: int, facility_id: str) -> dict[str, Any]:
    """Return the journeys to one of the facilities, where they were asked for."""
    if found.transit is None:
        return {}
    from locator.api.transit import MOST, journey_json

    told = [journey_json(one) for one in found.transit.journeys.get(facility_id, ())]
    return {"journeys": told if number < MOST else None}
