"""Compare what a source lists with the facilities of a layer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from locator.city.overrides import PLACE as PLACE_FIELDS
from locator.city.overrides import overrides_of
from locator.curation.refresh.difference import STILL_M, Change, in_order
from locator.curation.refresh.layer import (
    ORDER,
    Layer,
    cited,
    cited_beside,
    feature_of,
    marks,
    not_listed,
    place_of_record,
)
from locator.curation.refresh.matching import (
    FAR_M,
    Feature,
    Match,
    apart_m,
    matches,
    point_of,
    seen_of,
)
from locator.curation.refresh.records import NOTED, PLACE, Point, Record
from locator.curation.refresh.source_ids import OSM
from locator.curation.refresh.sources import Source
from locator.curation.refresh.values import same
from locator.geocoding.names import fold

LONGEST_ID = 60

_RANKS = {"exact": 0, "street": 1, "area": 2, None: 3}
_HOURS = {"opening_hours": "hours_text", "hours_text": "opening_hours"}
_NOT_COMPARED = ("status_note", "places_basis")
"""They go with ``status`` and ``places``."""


def facility_changes(
    layer: Layer, records: tuple[Record, ...]
) -> tuple[tuple[Change, ...], dict[str, str]]:
    """Return the rows of the difference, and the facility of each key that is surely one.

    Parameters
    ----------
    layer : Layer
    records : tuple of Record
        What the source lists.
    """
    found = matches(records, layer.features, layer.known_ids, prefix=layer.source.name_prefix)
    taken = set(layer.city.facilities.index)
    changes: list[Change] = []
    for record in records:
        match = found.get(record.key)
        if match is None:
            changes.append(_new(layer, record, taken))
            taken.add(changes[-1].id)
        else:
            changed = _changed(layer, record, match)
            changes += [changed] if changed else []
    changes += _gone(layer, seen_of(records, layer.features, found))
    sure = {key: match.facility for key, match in found.items() if not match.why_not}
    return in_order(changes), sure


def _new(layer: Layer, record: Record, taken: set[Any]) -> Change:
    source = layer.source
    values = {**source.constants, **record.values}
    about, point = place_of_record(layer, record, values)
    identifier = _identifier(source, record, taken)
    properties = {
        **values,
        **about,
        "id": identifier,
        "source": cited(source, layer.date, layer.city.catalogue.country),
        "source_date": layer.date,
        "licence": source.licence,
    }
    fields = {name: (None, value) for name, value in record.values.items() if name != "name"}
    return Change(
        identifier,
        "new",
        record.name,
        key=record.key,
        fields=fields,
        after=point,
        becomes=feature_of(properties, point),
    )


def _identifier(source: Source, record: Record, taken: set[Any]) -> str:
    """Return an id that the same record has whenever it is new."""
    if source.ids_of == OSM:
        kind, _, number = record.key.partition("/")
        stem = f"{source.into}-{'' if kind == 'node' else kind[0]}{number}"
    else:
        words = "-".join(fold(record.name).split()) or "1"
        stem = f"{source.into}-{words}"[:LONGEST_ID].rstrip("-")
    if not stem.isascii():  # letters that folding leaves
        stem = f"{source.into}-{re.sub('[^a-z0-9]+', '-', stem.partition('-')[2]).strip('-') or 1}"
    return next(
        name
        for name in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        if name not in taken
    )


def _changed(layer: Layer, record: Record, match: Match) -> Change | None:
    feature = layer.features[match.facility]
    about = feature["properties"]
    base = layer.base.get(record.key)
    fields, doubts = _fields(layer, record, about, base)
    before = point_of(feature)
    address = {name: new for name, (_, new) in fields.items() if name in ("street", "housenumber")}
    located_as, after, doubt = _moved(layer, record, feature, base, moved_out=bool(address))
    doubts += [match.why_not, doubt]
    if not fields and before == after and (not match.why_not or record.key in layer.base):
        return None
    if before != after and _overridden(layer, match.facility, PLACE_FIELDS):
        doubts.append("its place was corrected")
    why = "; ".join(dict.fromkeys(filter(None, doubts)))
    properties = _with_companions(about, {name: new for name, (_, new) in fields.items()}, record)
    if before != after or located_as:
        properties |= located_as
    if after is None:
        properties |= {"location_precision": None, "location_source": None}
    properties |= {"source": cited_beside(layer, about["source"]), "source_date": layer.date}
    if before is None and after is not None:
        fields["location"] = (None, properties["location_precision"])
    return Change(
        match.facility,
        "doubtful" if why else "changed" if fields else "moved",
        about["name"],
        key=record.key,
        fields=fields,
        before=before,
        after=after,
        why=why,
        becomes=feature_of(properties, after),
    )


def _fields(
    layer: Layer, record: Record, about: Mapping[str, Any], base: Record | None
) -> tuple[dict[str, tuple[Any, Any]], list[str]]:
    """Return what the source says otherwise, and why it may not be taken over unseen."""
    fields: dict[str, tuple[Any, Any]] = {}
    doubts: list[str] = []
    corrected = {
        name: (one.date, value)
        for one in overrides_of(layer.city.overrides, about["id"])[::-1]
        for name, value in one.changes.items()
    }
    for name, new in record.values.items():
        old = about.get(name)
        if name in (*layer.source.first_only, *_NOT_COMPARED) or same(name, old, new):
            continue
        before = None if base is None else base.values.get(name)
        if base is not None and same(name, before, new) and _stays(base, name, old):
            continue  # both say what they said when that was decided on
        if name == "note" and old is not None and not old.startswith(NOTED):
            continue
        fields[name] = (old, new)
        if name in corrected and not same(name, corrected[name][1], new):
            doubts.append(f"{name} was corrected on {corrected[name][0]}: {corrected[name][1]}")
        elif before is not None and not same(name, before, old):
            doubts.append("it was changed here, too")
        elif name == "status" and old in ("closed", "modernisation"):
            doubts.append(f"it is {old} here")
        elif name == "hours_text" and about.get("opening_hours"):
            doubts.append("its hours are here in the grammar already")
        elif name == "place_note" and before is None and old:
            doubts.append(f"{name} was worded by people")
        elif about.get("rule"):
            doubts.append(f"decided by the rule {about['rule']}")
    return dict(sorted(fields.items(), key=lambda item: ORDER[item[0]])), doubts


def _stays(base: Record | None, name: str, old: Any) -> bool:
    """Tell whether it was decided that a value stays which is still there."""
    if base is None or name not in base.ours:
        return False
    if name == PLACE:
        there = base.ours[PLACE]
        return there is not None and (apart_m(tuple(there), old) or 0.0) <= STILL_M
    return same(name, base.ours[name], old)


def _with_companions(
    about: Mapping[str, Any], new: Mapping[str, Any], record: Record
) -> dict[str, Any]:
    """Return properties with their new values, and without what was said of the former ones."""
    properties = {**about, **new}
    for name, other in _HOURS.items():
        if name in new:
            properties.pop(other, None)
    if "status" in new or "status_basis" in new:
        properties.pop("status_note", None)
        properties.pop("expected_opening", None)
        properties |= {k: v for k, v in record.values.items() if k == "status_note"}
        if properties.get("status") != "closed":
            properties.pop("closed", None)
    if "places" in new:
        properties["places_basis"] = "stated"
    return properties


def _moved(
    layer: Layer, record: Record, feature: Feature, base: Record | None, *, moved_out: bool
) -> tuple[dict[str, Any], Point | None, str]:
    """Return how a facility is located now, where, and what is doubtful about that."""
    about, before = feature["properties"], point_of(feature)
    if record.point is None:
        if not moved_out and before is not None:
            return {}, before, ""
        return *place_of_record(layer, record, {**about, **record.values}), ""
    if before is not None:
        metres = apart_m(before, record.point) or 0.0
        asked = None if base is None else apart_m(base.point, record.point)
        decided = base is not None and asked is not None and asked <= STILL_M
        if metres <= STILL_M or (decided and _stays(base, PLACE, before)):
            return {}, before, ""
        better = _RANKS[layer.source.precision] - _RANKS[about.get("location_precision")]
        own = marks(layer, about.get("location_source"))
        if better > 0 or (better == 0 and not own):  # ours is the better place
            if metres <= FAR_M:
                return {}, before, ""
            return *place_of_record(layer, record, {}), f"the source places it {metres:,.0f} m away"
    return *place_of_record(layer, record, {}), ""


def _gone(layer: Layer, seen: set[str]) -> list[Change]:
    """Return the facilities that the source listed and does not list any more."""
    key_of = {name: key for key, name in layer.known_ids.items()}
    status = "closed" if layer.source.gone == "closed" else "open"
    becomes = {"status": status, "status_basis": "last_known", "status_note": not_listed(layer)}
    changes = []
    for name, feature in layer.features.items():
        about = feature["properties"]
        key = key_of.get(name, f"!{name}")
        ours = name in key_of or marks(layer, about.get("source"))
        fields = {k: (about.get(k), v) for k, v in becomes.items() if about.get(k) != v}
        kept = key in layer.base and layer.base[key] is None
        if name in seen or not ours or kept or about["status"] != "open":
            continue
        if "status" not in fields and "status_basis" not in fields:
            continue
        why = "it was corrected" if _overridden(layer, name, ("status", "verified_on")) else ""
        point = point_of(feature)
        changes.append(
            Change(
                name,
                "doubtful" if why else "gone",
                about["name"],
                key=key,
                fields=fields,
                before=point,
                after=point,
                why=why and f"not listed any more, but {why}",
                becomes=feature_of({**about, **becomes}, point),
            )
        )
    return changes


def _overridden(layer: Layer, facility: str, fields: tuple[str, ...]) -> bool:
    corrections = overrides_of(layer.city.overrides, facility)
    return any(name in one.changes for one in corrections for name in fields)
