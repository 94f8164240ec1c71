"""Say in words which AEDs can be fetched, for the emergency page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from werkzeug.datastructures import MultiDict

from locator.analysis.aed.nearest import AedAnswer
from locator.analysis.aed.option import AedOption
from locator.api.aed import AedParams, aed_answer
from locator.api.context import AppState
from locator.api.live import LiveFleet
from locator.api.queries import parse
from locator.base.errors import LocatorError
from locator.city.model import City
from locator.geocoding.place import Place
from locator.web.errors import status_of
from locator.web.i18n import clock, gettext, moment, ngettext, number, text, url
from locator.web.pages.layout import LONGEST_SEARCH
from locator.web.pages.nearest import LONGEST_CODE, LONGEST_ECHO
from locator.web.state import state
from locator.web.words.aed import (
    access_chip,
    change_soon,
    direction,
    door_words,
    duration,
    goal_of,
    riding_chips,
    routes,
)
from locator.web.words.aed_here import AccuracyParams, Here, here_of
from locator.web.words.cards import Card, Chip, card, hours_said
from locator.web.words.model_words import model_line
from locator.web.words.near import near_address, near_stop
from locator.web.words.starting import (
    Link,
    Origin,
    advice_for,
    candidate_links,
    find_origin,
    problem_text,
)
from locator.web.words.texts import PLACE_KINDS, pace_text

SHOWN, UNKNOWN_SHOWN, CLOSED_SHOWN, UNCONFIRMED_SHOWN = 5, 4, 3, 3
"""Whoever is in a hurry reads no long lists; the API has them all."""

KEPT = ("lat", "lon", "at", "accuracy_m")


@dataclass(frozen=True)
class Row:
    """One AED on the page.

    Attributes
    ----------
    option : AedOption
    card : Card
    title : str
    how : str
        What to do, in a sentence or two.
    chips : tuple of Chip
        How sure it is.
    mark : str
        Number in the list and on the map; empty for what cannot be fetched.
    note : str
        Where exactly, in the words of the source; empty where the title says it.
    quoted : bool
        The title is a name, in the words of the source.
    direction, door : str
        Which way to go; inside or not, and on which floor. Empty where not known.
    routes : tuple of (name, address)
        What shows the way; of the first one only.
    """

    option: AedOption
    card: Card
    title: str
    how: str
    chips: tuple[Chip, ...]
    mark: str = ""
    note: str = ""
    quoted: bool = False
    direction: str = ""
    door: str = ""
    routes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AedView:
    """Everything that ``aed.html`` shows; `unnamed` counts the vehicles that are only assumed."""

    q: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    code: int = 200
    problem: str | None = None
    candidates: tuple[Link, ...] = ()
    advice: str | None = None
    place: str | None = None
    here: Here | None = None
    note: str | None = None
    others: tuple[Link, ...] = ()
    asked_at: str | None = None
    rows: tuple[Row, ...] = ()
    unknown: tuple[Row, ...] = ()
    beside: Row | None = None
    closed: tuple[Row, ...] = ()
    adrift: tuple[Row, ...] = ()
    unconfirmed: tuple[Row, ...] = ()
    unnamed: int = 0
    remarks: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    answered: bool = False


def view_of(app: AppState, args: MultiDict[str, str], *, answered: bool = True) -> AedView:
    """Return the page for a query string; what is wrong with it is part of the page.

    Without `answered` only the place, for the map that draws an answer fetched apart.
    """
    q = args.get("q", "").strip()
    kept = {name: args[name] for name in KEPT if args.get(name, "").strip()}
    if q:
        kept = {name: value for name, value in kept.items() if name == "at"}
    view = AedView(q=q, args=kept | ({"q": q} if q else {}))
    if not q and not ({"lat", "lon"} & set(kept)):
        return _cut_short(view)
    try:
        return _placed_at(app, view, answered=answered)
    except LocatorError as error:
        right = {name: value for name, value in view.args.items() if name != error.parameter}
        return replace(
            _cut_short(replace(view, args=right)),
            code=status_of(error),
            problem=problem_text(error),
            candidates=candidate_links(
                error, lambda **start: url("emergency.aed", {**right, **_filled(start)})
            ),
            advice=advice_for(error),
        )


def _filled(start: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in start.items() if value}


def _cut_short(view: AedView) -> AedView:
    """Return `view` without what is too long to be meant."""
    q = view.q if len(view.q) <= LONGEST_SEARCH else view.q[:LONGEST_ECHO]
    kept = {name: value for name, value in view.args.items() if len(value) <= LONGEST_CODE}
    return replace(view, q=q, args=kept)


def _placed_at(app: AppState, view: AedView, *, answered: bool) -> AedView:
    accuracy = {name: view.args[name] for name in ("accuracy_m",) if name in view.args}
    asked_of = {name: value for name, value in view.args.items() if name not in accuracy}
    asked = parse(AedParams, MultiDict([*asked_of.items(), ("k", str(SHOWN))]))
    accuracy_m = parse(AccuracyParams, MultiDict(accuracy)).accuracy_m
    origin, others = find_origin(app.city, asked)  # type: ignore[arg-type]  # the same fields
    view = replace(
        view,
        place=origin.label,
        here=here_of(app, origin, point=asked.q is None, accuracy_m=accuracy_m),
        note=origin.note,
        others=tuple(
            Link(
                url("emergency.aed", {**view.args, "q": other.label}),
                other.label,
                gettext(PLACE_KINDS[other.kind]),
            )
            for other in others
        ),
        lon=origin.lon,
        lat=origin.lat,
    )
    return _answered(app, view, asked, origin) if answered else view


def _answered(app: AppState, view: AedView, asked: AedParams, origin: Origin) -> AedView:
    place = Place(origin.label, "coordinate", origin.lon, origin.lat, "exact", 100.0)
    answer, held = aed_answer(app, asked, place), state().live_fleet
    beside = answer.beside
    return replace(
        view,
        answered=True,
        asked_at=moment(answer.at) if asked.at else None,
        rows=rows_of(app, answer),
        unknown=tuple(
            _unknown(app, answer, option)
            for option in [one for one in answer.unknown if one != beside][:UNKNOWN_SHOWN]
        ),
        beside=None if beside is None else _unknown(app, answer, beside),
        closed=tuple(_closed(app, option, answer.at) for option in answer.closed[:CLOSED_SHOWN]),
        adrift=tuple(_adrift(app, option) for option in answer.adrift),
        unconfirmed=tuple(
            _riding(app, option, answer.at) for option in answer.unconfirmed[:UNCONFIRMED_SHOWN]
        ),
        unnamed=len(held.fleet.vehicles) - len(held.fleet.confirmed),
        remarks=tuple(_remarks(app, answer, held)),
    )


def rows_of(app: AppState, answer: AedAnswer) -> tuple[Row, ...]:
    """Return the AEDs that can be fetched, numbered."""
    rows = []
    for rank, option in enumerate(answer.options, start=1):
        make = _riding if option.kind == "vehicle" else _standing
        row = _placed(app.city, answer, make(app, option, answer.at))
        rows.append(replace(row, mark=number(rank), routes=row.routes if rank == 1 else ()))
    return tuple(rows)


def _placed(city: City, answer: AedAnswer, row: Row) -> Row:
    """Return `row` with the way there, the door and the floor."""
    start, goal = (answer.query.lon, answer.query.lat), goal_of(row.option)
    if goal is None:
        return row
    return replace(
        row,
        direction=direction(city, start, goal),
        door=door_words(row.option),
        routes=routes(start, goal),
    )


# One AED ------------------------------------------------------------------------------------


def _standing(app: AppState, option: AedOption, at: datetime) -> Row:
    shown = card(app.city, option.id)
    if option.sure == "outdoors":
        opening = Chip("good", gettext("Stands outdoors, no hours stated"))
    else:
        opening = Chip("good", change_soon("open", option.next_change, at))
    return _named(app, option, shown, (opening, access_chip(option.access)))


def _riding(app: AppState, option: AedOption, at: datetime) -> Row:
    assert option.catch_at is not None
    shown = card(app.city, option.id)
    title = gettext("On line {line}: meet it at {stop}", line=option.line, stop=option.stop)
    if option.wait_s < 10:
        how = gettext(
            "It is at the stop when you get there, at {time}.", time=clock(option.catch_at)
        )
    else:
        how = gettext(
            "It is at the stop at {time}; you wait {wait} for it.",
            time=clock(option.catch_at),
            wait=duration(option.wait_s),
        )
    return Row(option, shown, title, how, riding_chips(option))


def _unknown(app: AppState, answer: AedAnswer, option: AedOption) -> Row:
    shown = card(app.city, option.id)
    chips = [Chip("unknown", unknown_hours(shown)), access_chip(option.access)]
    if option.because is not None:
        kind = "plain" if option.because.likely else "attention"
        chips.insert(0, Chip(kind, text(option.because.because)))
    return _placed(app.city, answer, _named(app, option, shown, tuple(chips)))


def unknown_hours(shown: Card) -> str:
    """Return what is said of hours that leave it open whether a place is open."""
    if shown.facts.get("hours_text"):
        return gettext("Hours as written: {hours}", hours=shown.facts["hours_text"])
    return hours_said(shown.facts) or gettext("Hours not known")


def _closed(app: AppState, option: AedOption, at: datetime) -> Row:
    shown = card(app.city, option.id)
    chip = Chip("bad", change_soon("closed", option.next_change, at))
    return _named(app, option, shown, (chip,))


def _adrift(app: AppState, option: AedOption) -> Row:
    shown = card(app.city, option.id)
    near = near_stop(app, option.lon, option.lat)
    return Row(option, shown, shown.name, near, riding_chips(option), quoted=True)


def _named(app: AppState, option: AedOption, shown: Card, chips: tuple[Chip, ...]) -> Row:
    """Return the row of a fixed AED: its name, its note unless the name says it, an address."""
    where = shown.where if shown.address else near_address(app, option.lon, option.lat)
    how, note = where or shown.district, note_beside(shown)
    return Row(option, shown, shown.name, how, chips, note=note, quoted=True)


def note_beside(shown: Card) -> str:
    """Return where exactly, in the words of the source; empty where the name says it."""
    note = shown.place_note
    return "" if note.rstrip("…").strip() in shown.name else note


# What is to be said of it all ---------------------------------------------------------------


def _remarks(app: AppState, answer: AedAnswer, held: LiveFleet) -> Iterable[str]:
    yield gettext(
        "Times are for running at {pace}, there and back. {model}",
        pace=pace_text(answer.query.pace_m_s),
        model=model_line(app.walkable_city),
    )
    if not held.fleet.confirmed:
        return
    if not held.fleet.has_service(answer.at.date()):
        yield gettext("No timetable is on file for this day: vehicles are not counted.")
    elif answer.off_service:
        yield ngettext(
            "{n} vehicle with an AED is off service at this hour.",
            "{n} vehicles with an AED are off service at this hour.",
            answer.off_service,
        )
    yield from feed_remarks(held, answer.at)


def feed_remarks(held: LiveFleet, at: datetime) -> Iterable[str]:
    """Yield what is to be said of the live feeds."""
    if not held.feeds:
        yield gettext("Vehicles are placed by the timetable; no live feed is connected.")
        return
    for feed in held.feeds:
        if not feed.is_alive(at.timestamp()):
            yield gettext(
                "The live feed {feed} is silent: its vehicles are placed by the timetable.",
                feed=feed.feed,
            )
