"""Offer services for what somebody needs: links that keep the start, and whom to call first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from locator.api.context import AppState
from locator.api.street_info import profile_choices
from locator.base.errors import LocatorError
from locator.city.needs import FoundNeed, find_needs, offered_needs
from locator.geocoding.query_parser import MAX_LENGTH
from locator.geocoding.resolving import resolve
from locator.web.i18n import gettext, text, url
from locator.web.words.calling import Line, lines_called
from locator.web.words.starting import Link

MOST_LINES = 5


@dataclass(frozen=True)
class OfferedNeed:
    """What is needed, in words, and the links to what there is."""

    name: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Offered:
    """The needs that some words say, and whom to call before all else."""

    needs: tuple[OfferedNeed, ...] = ()
    lines: tuple[Line, ...] = ()


Address = Callable[..., str]


def offered(app: AppState, words: str, start: dict[str, str], address: Address) -> Offered:
    """Return what to offer for `words`.

    Parameters
    ----------
    app : AppState
    words : str
        As typed.
    start : dict
        ``lat`` and ``lon`` of the start that was kept; empty where there is none.
    address : callable
        Gives the address of the nearest facilities with other parameters.
    """
    if not words or len(words) > MAX_LENGTH or not find_needs(app.city.needs, words):
        return Offered()
    try:
        places = app.city.gazetteer.search(words)
    except LocatorError:
        return Offered()  # coordinates of another city
    found = offered_needs(app.city.needs, words, places)
    called = dict.fromkeys(line for one in found for line in one.need.helplines)
    return Offered(
        tuple(
            OfferedNeed(
                text(one.need.names),
                tuple(_links(app, one, _start_of(app, one.rest) or start, address)),
            )
            for one in found
        ),
        lines_called(tuple(called)[:MOST_LINES]),
    )


def _start_of(app: AppState, rest: str) -> dict[str, str] | None:
    """Return the start that the other words name for sure, or None."""
    if not rest:
        return None
    try:
        resolve(app.city.gazetteer, rest)
    except LocatorError:
        return None
    return {"q": rest}


def _links(
    app: AppState, found: FoundNeed, start: dict[str, str], address: Address
) -> Iterator[Link]:
    def near(**changes: object) -> str:
        return address(**({"q": "", "lat": "", "lon": "", "kind": []} | start | changes))

    city, need = app.city, found.need
    for layer in need.layers:
        yield Link(near(layer=[layer]), text(city.catalogue.layers[layer].names))
    for layer, kind in need.places:
        yield Link(near(layer=[layer], kind=[kind]), text(city.kinds[kind]))
    for name in need.facilities:
        page = url("facility.page", facility_id=name)
        yield Link(page, str(city.facilities.at[name, "name"]))
    ways = {way.value: way.label for way in profile_choices(app, "")}
    for profile in need.profiles:
        if profile in ways:
            yield Link(near(profile=profile), gettext("Way: {way}", way=ways[profile]))
