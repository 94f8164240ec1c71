"""Say in sections how far people walk to a layer, in which districts, and who is left out."""

from __future__ import annotations

from collections.abc import Iterator

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.equity import EquityRanges
from locator.analysis.access.filter_words import filter_words, filtered
from locator.analysis.access.part_ranges import gap_ranges
from locator.analysis.access.ranges import Ranges
from locator.analysis.access.words import people_said
from locator.api.context import AppState
from locator.api.queries import ReachByParams
from locator.reports.content import write_value
from locator.reports.document import Section
from locator.reports.equality import equality_section
from locator.reports.html import Link, section_html
from locator.reports.reach import gaps_table, reach_section, sorted_districts
from locator.web.i18n import gettext, ngettext, number, text, url
from locator.web.sorting import Sorting
from locator.web.words.model_words import model_line, model_quality
from locator.web.words.texts import pace_text
from locator.web.words.transit_reach import transit_sections

DISTRICT_KEYS = (
    "number",
    "name",
    "people",
    "served",
    "unserved",
    "share",
    "low",
    "rank",
    "mean_s",
    "p90_s",
)


def coverage_sections(
    app: AppState,
    result: Coverage,
    params: ReachByParams,
    sorting: Sorting,
    within: Ranges | None,
    unequal: EquityRanges | None,
) -> Iterator[str]:
    """Yield how far people walk, the districts, the gaps and the method, as HTML."""
    limit = number(result.minutes, 0 if result.minutes.is_integer() else 1)
    group = app.catalogue.groups[result.group]
    districts = sorted_districts(
        app.city,
        result,
        filtered(
            app.city,
            result.which,
            gettext(
                "{group}, within {minutes} minutes, by district",
                group=text(group.names),
                minutes=limit,
            ),
        ),
        by=sorting.key,
        descending=sorting.descending,
        within=within,
    )
    pieces = (
        *transit_sections(app, result, params),
        reach_section(
            gettext("How many people within how many minutes"),
            result.curve,
            result,
            served=result.served,
            share=result.share,
        ),
        Section(gettext("Districts"), tables=(districts,), name="districts"),
        _gaps(app, result, limit, params, within),
        *_equality(app, params, unequal),
        _method(app, result, limit),
    )
    links = {"gaps": _gap_links(result)}
    for place, section in enumerate(pieces, start=1):
        yield section_html(
            section, place, write=write_value, sorting={"districts": sorting}, links=links
        )


def _gaps(
    app: AppState, result: Coverage, limit: str, params: ReachByParams, within: Ranges | None
) -> Section:
    heading = gettext("The largest gaps")
    if result.gaps.empty:
        none = gettext("None: everyone of this group lives within reach.")
        return Section(heading, paragraphs=(none,))
    words = [
        gettext(
            "Connected areas from which the nearest one is farther than {minutes} minutes.",
            minutes=limit,
        )
    ]
    if result.gaps_total > len(result.gaps):
        words.append(
            ngettext(
                "{n} such area in all; the largest are shown.",
                "{n} such areas in all; the largest are shown.",
                result.gaps_total,
            )
        )
    ground = app.walkable_city_for(params.profile)
    known = None if within is None else gap_ranges(ground, result, result.gaps)
    table = gaps_table(result.gaps, within=known)
    return Section(heading, paragraphs=(" ".join(words),), tables=(table,))


def _equality(
    app: AppState, params: ReachByParams, unequal: EquityRanges | None
) -> tuple[Section, ...]:
    """Return how unequal the walks are, as a section; it is left out of a past day."""
    if params.at is not None:
        return ()
    if unequal is None:
        words = gettext("This is still being counted.")
        return (Section(gettext("Who walks how far"), paragraphs=(words,), name="equality"),)
    return (equality_section(app.catalogue, unequal),)


def _gap_links(result: Coverage) -> list[Link]:
    """Return where each gap is to be seen: on the map, or the nearest one from within."""
    points = result.gaps.geometry.representative_point()
    return [
        Link(
            url("nearest.page", lat=f"{at.y:.5f}", lon=f"{at.x:.5f}", layer=result.layer),
            gettext("See on the map"),
            place,
            f"gap-{rank}",
        )
        for rank, (at, place) in enumerate(zip(points, result.gaps["place"], strict=True), start=1)
    ]


def _method(app: AppState, result: Coverage, limit: str) -> Section:
    words = (
        gettext(
            "The people of the census are put on points that stand for squares of at most {size} "
            "m. From each point the walk to the nearest open place is counted, at {pace}. A point "
            "is within reach if that walk takes {minutes} minutes or less.",
            size=number(app.city.demand.size_m),
            pace=pace_text(result.pace_m_s),
            minutes=limit,
        ),
        model_line(app.walkable_city),
        model_quality(app.walkable_city),
        people_said(app.city, result.people_from),
        text(app.catalogue.groups[result.group].scaled_from),
        filter_words(app.city, result.chosen),
    )
    caveats = tuple(gettext(one.template, **one.values) for one in result.caveats)
    said = tuple(one for one in words if one)
    return Section(gettext("How this was counted"), paragraphs=said, bullets=caveats)
