"""Say at what pace walks are counted, and by which model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from locator.api.queries import NearestParams
from locator.api.street_info import streets_fault
from locator.city.model import City
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import WalkableCity
from locator.web.i18n import error_text, gettext, number, text
from locator.web.words.texts import PACES, pace_text


@dataclass(frozen=True)
class Pace:
    """One entry of the choice of paces."""

    value: str
    label: str
    chosen: bool


def pace_choices(chosen: str) -> tuple[Pace, ...]:
    """Return the paces to choose from; one that only the address names is added."""
    offered = [Pace("", gettext("Usual for the service"), not chosen)]
    values = [f"{value:g}" for value, _ in PACES]
    for value, (pace, words) in zip(values, PACES, strict=True):
        label = f"{gettext(words)} – {pace_text(pace)}"
        offered.append(Pace(value, label, chosen == value))
    if chosen not in ("", *values) and is_number(chosen):
        offered.append(Pace(chosen, gettext("Other: {pace} m/s", pace=chosen), True))
    return tuple(offered)


def is_number(text: str) -> bool:
    """Tell whether a text is a number that can be a pace; what is none has its own message."""
    return re.fullmatch(r"\d{1,3}([.,]\d{1,6})?", text) is not None


def pace_line(city: City, params: NearestParams) -> str:
    """Return at what pace the minutes are counted."""
    if params.pace is not None:
        return gettext("Walking pace: {pace}, as you chose.", pace=pace_text(params.pace))
    if len(params.layer) == 1:
        layer = city.catalogue.layers[params.layer[0]]
        whose, pace = text(layer.pace_basis), pace_text(layer.pace_m_s)
        return gettext("Walking pace: {pace} ({whose}).", pace=pace, whose=whose)
    return gettext("Each walk is counted at the pace usual for that service.")


def model_line(walkable_city: WalkableCity) -> str:
    """Return which model made the walking times."""
    if walkable_city.model.name == "network":
        return gettext(
            "Walking times are counted along the streets and paths of OpenStreetMap, as far as they"
            " are mapped."
        )
    said = gettext(
        "Walking times are estimates: the straight line times {factor}; a river is crossed only"
        " at its crossings.",
        factor=number(walkable_city.city.catalogue.estimate.detour_one_bank, 2),
    )
    fault = streets_fault(walkable_city)
    if fault is None:
        return said
    reason = gettext("The streets of this city could not be used: {why}", why=error_text(fault))
    return f"{said} {reason}"


def model_quality(walkable_city: WalkableCity) -> str:
    """Return how good the walking times are; nothing where nobody measured it."""
    catalogue = walkable_city.city.catalogue
    if not isinstance(walkable_city.model, NetworkModel):
        return text(catalogue.estimate.calibration)
    # What was measured of the folder's streets says nothing of those of another extract.
    return text(catalogue.streets_quality) if "key" in walkable_city.model.graph.about else ""
