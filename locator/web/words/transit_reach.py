"""Offer to count who is within reach by tram or bus, too, and say who is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from locator.analysis.access.coverage import Coverage
from locator.analysis.transit.basis import OutsideTimetableError
from locator.api.context import AppState
from locator.api.coverage_found import transit_of
from locator.api.queries import ByParams, ReachByParams
from locator.reports.document import Section
from locator.reports.transit_reach import transit_section
from locator.web.i18n import error_text, gettext
from locator.web.words.choices import FilterOption
from locator.web.words.transit import LIMITS_MIN, PATIENCE_S


@dataclass(frozen=True)
class TransitForm:
    """How to ask who is within reach by tram or bus.

    Attributes
    ----------
    chosen : bool
        Whether it is asked.
    depart : str
        When one leaves, as ``datetime-local`` has it; empty for the usual time.
    limits : tuple of FilterOption
        Minutes on foot to and from a stop.
    """

    chosen: bool
    depart: str
    limits: tuple[FilterOption, ...]


def transit_form(app: AppState, params: ByParams) -> TransitForm | None:
    """Return how to ask who is within reach by tram or bus; None without a timetable."""
    if not app.transit_network.timetables:
        return None
    limits = sorted({*LIMITS_MIN, params.max_walk})
    return TransitForm(
        chosen=params.by == "transit",
        depart="" if params.depart is None else f"{params.depart:%Y-%m-%dT%H:%M}",
        limits=tuple(
            FilterOption(f"{limit:g}", f"{limit:g}", limit == params.max_walk) for limit in limits
        ),
    )


def transit_sections(app: AppState, found: Coverage, params: ReachByParams) -> Iterator[Section]:
    """Yield who is within reach by tram or bus; nothing where that is not asked."""
    if params.by != "transit":
        return
    ground = app.walkable_city_for(params.profile)
    if not app.transit_soon(ground, within_s=PATIENCE_S):
        yield _without(
            gettext("Trams and buses are being looked up: load this page again in a moment.")
        )
        return
    try:
        reached = transit_of(app, params, found)
    except OutsideTimetableError as error:
        yield _without(error_text(error))
    else:
        yield transit_section(app.city, found, reached)


def _without(words: str) -> Section:
    heading = gettext("On foot or by public transport")
    return Section(heading, paragraphs=(words,), name="transit")
