"""Say in words which AEDs can be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from locator.analysis.aed.nearest import AedAnswer
from locator.analysis.aed.option import AedOption
from locator.api.context import AppState
from locator.api.live import LiveFleet
from locator.city.model import City
from locator.web.i18n import clock, gettext, ngettext, number, text
from locator.web.words.aed import (
    access_chip,
    change_soon,
    direction,
    door_words,
    duration,
    goal_of,
    riding_chips,
)
from locator.web.words.cards import Card, Chip, card, hours_said
from locator.web.words.model_words import model_line
from locator.web.words.near import near_facility, near_stop
from locator.web.words.routes import Route, routes
from locator.web.words.texts import pace_text


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
    routes : tuple of Route
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
    routes: tuple[Route, ...] = ()


def rows_of(app: AppState, answer: AedAnswer) -> tuple[Row, ...]:
    """Return the AEDs that can be fetched, numbered."""
    rows: list[Row] = []
    for rank, option in enumerate(answer.options, start=1):
        make = riding_row if option.kind == "vehicle" else _standing
        row = _placed(app.city, answer, make(app, option, answer.at))
        rows.append(replace(row, mark=number(rank), routes=() if rows else _routes(answer, row)))
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
    )


def _routes(answer: AedAnswer, row: Row) -> tuple[Route, ...]:
    """Return what shows the way to a row's AED."""
    goal = goal_of(row.option)
    return () if goal is None else routes(goal, start=(answer.query.lon, answer.query.lat))


# One AED ------------------------------------------------------------------------------------


def _standing(app: AppState, option: AedOption, at: datetime) -> Row:
    shown = card(app.city, option.id)
    if option.evidence == "outdoors":
        opening = Chip("good", gettext("Stands outdoors, no hours stated"))
    else:
        opening = Chip("good", change_soon("open", option.next_change, at))
    return _named(app, option, shown, (opening, access_chip(option.access)))


def riding_row(app: AppState, option: AedOption, at: datetime) -> Row:
    """Return the row of an AED that rides: where and when to meet it."""
    assert option.meet_at is not None
    shown = card(app.city, option.id)
    title = gettext("On line {line}: meet it at {stop}", line=option.line, stop=option.stop)
    if option.wait_s < 10:
        how = gettext(
            "It is at the stop when you get there, at {time}.", time=clock(option.meet_at)
        )
    else:
        how = gettext(
            "It is at the stop at {time}; you wait {wait} for it.",
            time=clock(option.meet_at),
            wait=duration(option.wait_s),
        )
    return Row(option, shown, title, how, riding_chips(option))


def unknown_row(app: AppState, answer: AedAnswer, option: AedOption) -> Row:
    """Return the row of an AED whose hours are not known."""
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


def closed_row(app: AppState, option: AedOption, at: datetime) -> Row:
    """Return the row of an AED that is closed."""
    shown = card(app.city, option.id)
    chip = Chip("bad", change_soon("closed", option.next_change, at))
    return _named(app, option, shown, (chip,))


def way_unknown_row(app: AppState, option: AedOption) -> Row:
    """Return the row of an AED that rides, where the way to it is not known."""
    shown = card(app.city, option.id)
    near = near_stop(app, option.lon, option.lat)
    return Row(option, shown, shown.name, near, riding_chips(option), quoted=True)


def _named(app: AppState, option: AedOption, shown: Card, chips: tuple[Chip, ...]) -> Row:
    """Return the row of a fixed AED: its name, its note unless the name says it, an address."""
    where = shown.where if shown.address else near_facility(app, option.id)
    how, note = where or shown.district, note_beside(shown)
    return Row(option, shown, shown.name, how, chips, note=note, quoted=True)


def note_beside(shown: Card) -> str:
    """Return where exactly, in the words of the source; empty where the name says it."""
    note = shown.place_note
    return "" if note.rstrip("…").strip() in shown.name else note


# What is to be said of it all ---------------------------------------------------------------


def remarks_of(app: AppState, answer: AedAnswer, held: LiveFleet) -> Iterable[str]:
    """Yield what is to be said of an answer as a whole."""
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
