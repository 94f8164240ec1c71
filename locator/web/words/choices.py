"""Offer what a form lets choose: minutes, groups of people."""

from __future__ import annotations

from dataclasses import dataclass

from locator.api.context import AppState
from locator.base.errors import N_
from locator.city.model import City
from locator.city.register import PeopleFrom
from locator.geocoding.names import fold as folded
from locator.web.i18n import gettext, text

STANDARDS_MIN = (5, 10, 15, 20, 30)


@dataclass(frozen=True)
class FilterOption:
    """One entry of a choice."""

    value: str
    label: str
    chosen: bool


def standard_options(chosen: float | None, *also: float) -> tuple[FilterOption, ...]:
    """Return the usual standards in minutes, what is chosen, and `also`, if they are others."""
    values = {*map(float, STANDARDS_MIN), *also, *([] if chosen is None else [chosen])}
    return tuple(FilterOption(f"{v:g}", f"{v:g}", v == chosen) for v in sorted(values))


@dataclass(frozen=True)
class OptionGroup:
    """The neighbourhood units of one district."""

    label: str
    options: tuple[FilterOption, ...]


def unit_groups(city: City, chosen: str | None) -> tuple[OptionGroup, ...]:
    """Return the neighbourhood units by district, by name; none where the city has none."""
    names, districts = city.units["name"].to_dict(), city.unit_districts
    groups = []
    for number, title in city.district_titles.items():
        codes = [code for code, district in districts.items() if district == number]
        options = tuple(
            FilterOption(code, str(names[code]), code == chosen)
            for code in sorted(codes, key=lambda code: folded(str(names[code])))
        )
        groups += [OptionGroup(title, options)] if options else []
    return tuple(groups)


PEOPLE_FROM: dict[PeopleFrom, str] = {
    "census": N_("the census"),
    "register": N_("the city's register"),
}


def people_options(app: AppState, chosen: PeopleFrom) -> tuple[FilterOption, ...]:
    """Return who may have counted the people; none where only the census has."""
    if bool(app.city.districts["residents"].isna().any()):
        return ()
    return tuple(
        FilterOption(value, gettext(words), value == chosen) for value, words in PEOPLE_FROM.items()
    )


def group_options(app: AppState, chosen: str) -> tuple[FilterOption, ...]:
    """Return the age groups."""
    return tuple(
        FilterOption(group.id, text(group.names), group.id == chosen)
        for group in app.catalogue.groups.values()
    )
