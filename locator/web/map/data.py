"""Turn facilities and answers into the small GeoJSON that the maps fetch, words included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from locator.analysis.access.coverage import Coverage
from locator.analysis.nearest import Reached
from locator.analysis.walks import walk_lines, walk_points
from locator.base.geo import FloatArray
from locator.base.geojson import Collection, collection
from locator.city.model import City
from locator.city.usability import is_assumed
from locator.geocoding.names import district_title
from locator.walking import SnappedPoints
from locator.walking.walkable_city import WalkableCity
from locator.web.i18n import gettext, metres, minutes, ngettext, number, percent
from locator.web.map.background import DECIMALS, feature, simplified
from locator.web.words.cards import Card, card, chips


def facility_features(city: City, rows: Iterable[str]) -> Collection:
    """Return the facilities with these ids; those without a place are counted, not drawn."""
    ids = list(rows)
    shown = [card(city, identifier) for identifier in ids]
    drawn = [_facility(city, one) for one in shown if one.facts["x"] is not None]
    return collection(drawn, unlocated=len(ids) - len(drawn))


def _facility(city: City, shown: Card, **more: Any) -> dict[str, Any]:
    # Without the hours: those of now are no news once the map has been open for a while.
    remarks = chips(shown.facts, shown.layer, None)
    lines = [shown.where, *(chip.label for chip in remarks)]
    maybe = is_assumed(shown.facts.get("vehicle"))
    if shown.tells_kind:
        lines.insert(0, shown.kind)
    if shown.precision_warning:
        lines.append(shown.precision_warning)
    return feature(
        shown.facts["geometry"],
        identifier=shown.id,
        name=shown.name,
        layer=shown.layer.id,
        lines=[*more.pop("first_lines", ()), *lines],
        hollow=None if city.usable[city.facilities.index.get_loc(shown.id)] else True,
        dashed=True if _is_approximate(shown) and not maybe else None,
        maybe=maybe or None,
        moves=shown.layer.moves or None,
        **more,
    )


def _is_approximate(shown: Card) -> bool:
    return shown.precision in ("street", "area") or shown.layer.moves


def nearest_features(
    city: City, found: Iterable[Reached], cards: Mapping[str, Card] | None = None
) -> Collection:
    """Return the results of a search, numbered as in the list beside the map.

    Whoever has made their `cards` hands them on.
    """
    return collection(
        _facility(
            city,
            cards[one.id] if cards else card(city, one.id),
            mark=number(rank),
            first_lines=[
                gettext(
                    "{time} on foot, {length}", time=minutes(one.walk_s), length=metres(one.walk_m)
                )
            ],
        )
        for rank, one in enumerate(found, start=1)
    )


def walk_features(ground: WalkableCity, lon: float, lat: float, ids: Sequence[str]) -> Collection:
    """Return the walks from a place to these facilities."""
    kind = _kind_of_walk(ground)
    lines = walk_lines(ground, lon, lat, ids)
    return collection(
        feature(line, kind=kind, to=identifier) for identifier, line in zip(ids, lines, strict=True)
    )


def walk_steps(
    ground: WalkableCity, lon: float, lat: float, ids: Sequence[str], *, origin: SnappedPoints
) -> dict[str, Any]:
    """Return the same for a page: of each walk all steps, from point to point.

    Lon, lat in turn, as whole numbers of the last decimal that `walk_features` tells: a third of
    the text, and quick to write. `origin` is the place on the streets.
    """
    walks = walk_points(ground, lon, lat, ids, origin=origin)
    return {"kind": _kind_of_walk(ground), "steps": [_steps(walk) for walk in walks if len(walk)]}


def _steps(walk: FloatArray) -> list[int]:
    place = np.rint(walk * 10**DECIMALS).astype(np.int64)
    place[1:] -= place[:-1].copy()
    steps: list[int] = place.ravel().tolist()
    return steps


def _kind_of_walk(ground: WalkableCity) -> str:
    return "walk" if ground.model.name == "network" else "walk-estimate"


def coverage_areas(city: City, report: Coverage) -> Collection:
    """Return the districts with their share served, and the gaps with their people."""
    shapes = dict(zip(city.districts.index, simplified(city), strict=True))
    districts = [
        feature(
            shapes[row.Index],
            kind="area",
            number=int(row.Index),
            name=district_title(city.districts.at[row.Index, "roman"], row.name),
            share=_share(row.share),
            lines=[
                gettext("{share} served", share=percent(_share(row.share), 1)),
                gettext(
                    "{served} of {people} people",
                    served=number(row.served),
                    people=number(row.people),
                ),
                gettext("Mean walk: {time}", time=minutes(row.mean_s)),
            ],
        )
        for row in _rows(report.districts)
    ]
    gaps = [
        feature(
            row.geometry,
            identifier=f"gap-{rank}",
            kind="gap",
            mark=number(rank),
            name=row.place,
            lines=[
                ngettext(
                    "{n} person beyond the standard",
                    "{n} people beyond the standard",
                    round(row.people),
                ),
                str(row.district_name),
                gettext("Mean walk: {time}", time=minutes(row.walk_s)),
            ],
        )
        for rank, row in enumerate(_rows(report.gaps), start=1)
    ]
    return collection([*districts, *gaps])


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Return the rows as named tuples, whose members are not known to the type checker."""
    return frame.itertuples()


def _share(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
