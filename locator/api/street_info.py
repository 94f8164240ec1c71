"""Say where the streets come from, and how walks along them differ from the estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from locator.analysis.access.coverage import CoverageQuery
from locator.analysis.access.model_comparison import (
    ModelComparison,
    both_models,
    comparable_layers,
    compare,
)
from locator.api.context import AppState
from locator.base.errors import N_, LocatorError
from locator.base.i18n import day, gettext, number
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.estimate import EstimateModel
from locator.walking.network.model import NetworkModel
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity

NAMED_STREETS = 3
"""Streets named of a walk; of the others it is said that there are more."""


@dataclass(frozen=True)
class StreetSource:
    """Where the street network comes from, and what is in it.

    Attributes
    ----------
    source, attribution : str
    source_date : str or None
        Day of the data; None where the file does not say.
    length_km, no_wheelchair_km, no_pram_km, closed_at_night_km : float
    not_known : tuple of str
        Keys of `NOT_KNOWN` that the source says next to nothing of.
    added : tuple of dict
        ``source``, ``ways``, ``length_km`` of what came from elsewhere.
    missing : tuple of dict
        ``name``, ``source``, ``source_date`` of streets that no source gives the place of.
    """

    source: str
    attribution: str
    source_date: str | None
    length_km: float
    no_wheelchair_km: float
    no_pram_km: float
    closed_at_night_km: float
    not_known: tuple[str, ...]
    added: tuple[dict[str, Any], ...]
    missing: tuple[dict[str, Any], ...]


NOT_KNOWN = {
    "access": N_("where entry is forbidden"),
    "surface": N_("the surface"),
    "kerbs": N_("kerbs"),
    "wheelchair": N_("what suits a wheelchair"),
    "gates": N_("gates and their hours"),
}
"""What a source of streets may say nothing of."""


def street_source(app: AppState) -> StreetSource | None:
    """Return the source of the city's streets; None where walks are estimated.

    Parameters
    ----------
    app : AppState

    Returns
    -------
    StreetSource or None
    """
    model = app.walkable_city.model
    if not isinstance(model, NetworkModel):
        return None
    about, report = model.graph.about, model.graph.about["report"]
    return StreetSource(
        source=about["source"],
        attribution=about["attribution"],
        source_date=about["source_date"][:10] or None,
        length_km=report["length_km"],
        no_wheelchair_km=report["no_wheelchair_km"],
        no_pram_km=report["no_pram_km"],
        closed_at_night_km=report["closed_at_night_km"],
        not_known=tuple(about.get("not_known", ())),
        added=tuple(about.get("added", ())),
        missing=tuple(about.get("missing", ())),
    )


def streets_caveats(source: StreetSource | None) -> list[str]:
    """Return in words what is not known of the streets, what was added, and what is missing.

    Parameters
    ----------
    source : StreetSource or None
        As `street_source` returns it.

    Returns
    -------
    list of str
        Sentences in the language that is spoken; none without a source.
    """
    if source is None:
        return []
    said = []
    if source.source_date:
        said.append(
            gettext(
                "The streets are those of {date}: what was built, opened or closed since is not"
                " among them, except what is named here.",
                date=day(source.source_date),
            )
        )
    if source.not_known:
        said.append(
            gettext(
                "Their source does not say: {what}.",
                what=", ".join(gettext(NOT_KNOWN[key]) for key in source.not_known),
            )
        )
    if "access" in source.not_known:
        said.append(gettext("Private drives therefore count as ways that anybody may walk."))
    if {"surface", "kerbs", "wheelchair"} <= set(source.not_known):
        said.append(gettext("Ways for prams and wheelchairs avoid steps and nothing else."))
    if source.added:
        parts = [f"{number(part['length_km'], 1)} km ({part['source']})" for part in source.added]
        said.append(gettext("Added from elsewhere: {parts}.", parts="; ".join(parts)))
    if source.missing:
        names = ", ".join(street["name"] for street in source.missing)
        said.append(
            gettext("Known to be missing, since no source gives their place: {names}.", names=names)
        )
    return said


def streets_fault(walkable_city: WalkableCity) -> LocatorError | None:
    """Return why walks are estimated although the city folder holds streets.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    LocatorError or None
        None where walks follow streets, or the folder holds none.
    """
    model = walkable_city.model
    return model.fault if isinstance(model, EstimateModel) else None


def comparisons(app: AppState) -> tuple[ModelComparison, ...]:
    """Return every layer's comparison, computed once; none where walks are estimated.

    Parameters
    ----------
    app : AppState

    Returns
    -------
    tuple of ModelComparison
        In the order of the catalogue.
    """
    if not isinstance(app.walkable_city.model, NetworkModel):
        return ()
    return app.memo.get("comparisons", lambda: _compared(app.walkable_city))


def _compared(walkable_city: WalkableCity) -> tuple[ModelComparison, ...]:
    estimate, network = both_models(walkable_city)
    found = []
    for layer in comparable_layers(walkable_city):
        try:
            found.append(compare(estimate, network, CoverageQuery(layer)))
        except LocatorError:  # nobody can walk to a facility of this layer: nothing to compare
            continue
    return tuple(found)


def walk_words(via: tuple[str, ...], model: str) -> str:
    """Return which way a walk goes: over which crossing, or along which streets.

    Parameters
    ----------
    via : tuple of str
        Names of streets or crossings, as ``NearestResult`` has them.
    model : str
        ``"network"`` or ``"estimate"``.

    Returns
    -------
    str
        In the language that is spoken; empty where nothing is named.
    """
    if not via:
        return ""
    if model != "network":
        return gettext("across {bridge}", bridge=", ".join(via))
    if len(via) <= NAMED_STREETS:
        return gettext("along {streets}", streets=", ".join(via))
    return gettext("along {streets} and on", streets=", ".join(via[:NAMED_STREETS]))


@dataclass(frozen=True)
class Choice:
    """One entry of a choice.

    Attributes
    ----------
    value : str
        What the form sends.
    label : str
        In the language that is spoken.
    chosen : bool
    """

    value: str
    label: str
    chosen: bool


PROFILES = {
    "": N_("On foot"),
    "pram": N_("With a pram: no steps"),
    "wheelchair": N_("In a wheelchair: no steps, kerbs or rough ground"),
}


def profile_choices(app: AppState, chosen: str) -> tuple[Choice, ...]:
    """Return the ways to choose from; none without a street network.

    Parameters
    ----------
    app : AppState
    chosen : str
        ``"pram"`` or ``"wheelchair"``; empty for on foot.

    Returns
    -------
    tuple of Choice
    """
    if not isinstance(app.walkable_city.model, NetworkModel):
        return ()
    return tuple(
        Choice(value, gettext(label), value == chosen) for value, label in PROFILES.items()
    )


def night_matters(app: AppState) -> bool:
    """Tell whether any way of the city is known to be closed at night.

    Parameters
    ----------
    app : AppState

    Returns
    -------
    bool
        False where walks are estimated.
    """
    model = app.walkable_city.model
    return isinstance(model, NetworkModel) and model.closes_at_night


def profile_of(model: WalkingModel) -> Profile:
    """Return whose ways a model walks; the estimate knows only people on foot."""
    return model.profile if isinstance(model, NetworkModel) else "foot"


def is_night(model: WalkingModel) -> bool:
    """Tell whether a model keeps off what is closed at night."""
    return isinstance(model, NetworkModel) and model.at_night


def profile_words(walkable_city: WalkableCity) -> str:
    """Return what has to be said of walks with a pram, in a wheelchair or at night.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    str
        In the language that is spoken; empty for walks on foot by day.
    """
    model = walkable_city.model
    if not isinstance(model, NetworkModel):
        return ""
    said = []
    if model.profile != "foot":
        said.append(
            gettext(
                "Ways that are mapped as not passable are avoided; steps, kerbs or rough ground"
                " that nobody has mapped may remain."
            )
        )
        said.append(
            gettext(
                "Whether an entrance has steps is known of few places: call and ask before you go."
            )
        )
    if model.at_night:
        said.append(
            gettext(
                "Counted for the night: ways and gates that are mapped as closed at night are"
                " avoided; a park whose hours nobody has mapped may be closed all the same."
            )
        )
    return " ".join(said)


def off_network_m(origin: SnappedPoints) -> float | None:
    """Return the straight way to the nearest street where it is too long to be passed over."""
    if "gap_m" not in origin.extra or not NetworkModel.off_network(origin)[0]:
        return None
    return float(origin.extra["gap_m"][0])


def off_network_words(origin: SnappedPoints) -> str:
    """Return what has to be said of an origin far from every street; "" for any other.

    Parameters
    ----------
    origin : SnappedPoints
        One point.

    Returns
    -------
    str
        In the language that is spoken.
    """
    gap_m = off_network_m(origin)
    if gap_m is None:
        return ""
    return gettext(
        "The nearest street on file is {distance} m from this place; that stretch is counted as a"
        " straight line.",
        distance=number(round(gap_m, -1), 0),
    )
