"""Say in words which AEDs can be fetched, for the emergency page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict

from locator.aed import AedAnswer
from locator.aed_options import Option
from locator.errors import LocatorError
from locator.places import Place
from locator.web.api_vehicles import AedParams, aed_answer
from locator.web.cards import Card, Chip, card
from locator.web.errors import status_of
from locator.web.finding import (
    LONGEST_CODE,
    LONGEST_ECHO,
    Link,
    advice_for,
    find_origin,
)
from locator.web.i18n import clock, error_text, gettext, metres, moment, ngettext, number, url
from locator.web.layout import LONGEST_SEARCH
from locator.web.moving import Moving, moving
from locator.web.near import near_address, near_stop
from locator.web.queries import parse
from locator.web.state import AppState
from locator.web.texts import PLACE_KINDS, change_words, pace_text
from locator.web.walkcounting import model_line

SHOWN, UNKNOWN_SHOWN, CLOSED_SHOWN, UNCONFIRMED_SHOWN = 5, 4, 3, 3
"""Whoever is in a hurry reads no long lists; the API has them all."""

SOON = timedelta(hours=1)
"""A change within this time is told in minutes."""


@dataclass(frozen=True)
class Row:
    """One AED on the page.

    Attributes
    ----------
    option : Option
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
    """

    option: Option
    card: Card
    title: str
    how: str
    chips: tuple[Chip, ...]
    mark: str = ""
    note: str = ""
    quoted: bool = False


@dataclass(frozen=True)
class AedView:
    """Everything that ``aed.html`` shows; `unnamed` counts the vehicles that are only assumed."""

    q: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    code: int = 200
    problem: str | None = None
    advice: str | None = None
    place: str | None = None
    note: str | None = None
    others: tuple[Link, ...] = ()
    asked_at: str | None = None
    rows: tuple[Row, ...] = ()
    unknown: tuple[Row, ...] = ()
    nearer: Row | None = None
    closed: tuple[Row, ...] = ()
    adrift: tuple[Row, ...] = ()
    unconfirmed: tuple[Row, ...] = ()
    unnamed: int = 0
    remarks: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    answered: bool = False


def view_of(app: AppState, args: MultiDict[str, str]) -> AedView:
    """Return the page for a query string; what is wrong with it is part of the page."""
    q = args.get("q", "").strip()
    kept = {name: args[name] for name in ("lat", "lon", "at") if args.get(name, "").strip()}
    if q:
        kept = {name: value for name, value in kept.items() if name == "at"}
    view = AedView(q=q, args=kept | ({"q": q} if q else {}))
    if not q and not ({"lat", "lon"} & set(kept)):
        return _cut_short(view)
    try:
        return _answered(app, view)
    except LocatorError as error:
        right = {name: value for name, value in view.args.items() if name != error.parameter}
        return replace(
            _cut_short(replace(view, args=right)),
            code=status_of(error),
            problem=error_text(error),
            advice=advice_for(error),
        )


def _cut_short(view: AedView) -> AedView:
    """Return `view` without what is too long to be meant."""
    q = view.q if len(view.q) <= LONGEST_SEARCH else view.q[:LONGEST_ECHO]
    kept = {name: value for name, value in view.args.items() if len(value) <= LONGEST_CODE}
    return replace(view, q=q, args=kept)


def _answered(app: AppState, view: AedView) -> AedView:
    asked = parse(AedParams, MultiDict([*view.args.items(), ("k", str(SHOWN))]))
    origin, others = find_origin(app.city, asked)  # type: ignore[arg-type]  # the same fields
    place = Place(origin.label, "coordinate", origin.lon, origin.lat, "exact", 100.0)
    answer, held = aed_answer(app, asked, place), moving()
    rows = rows_of(app, answer)
    unknown = tuple(_unknown(app, option) for option in answer.unknown[:UNKNOWN_SHOWN])
    return replace(
        view,
        answered=True,
        place=origin.label,
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
        asked_at=moment(answer.at) if asked.at else None,
        rows=rows,
        unknown=unknown,
        nearer=_nearer(rows, unknown),
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
        rows.append(replace(make(app, option, answer.at), mark=number(rank)))
    return tuple(rows)


def _nearer(rows: tuple[Row, ...], unknown: tuple[Row, ...]) -> Row | None:
    """Return the nearest AED of unknown hours where it is nearer than the first that is open."""
    if not unknown or (rows and rows[0].option.total_s <= unknown[0].option.total_s):
        return None
    return unknown[0]


# One AED ------------------------------------------------------------------------------------


def _standing(app: AppState, option: Option, at: datetime) -> Row:
    shown = card(app.city, option.id)
    if option.sure == "outdoors":
        opening = Chip("good", gettext("Stands outdoors, no hours stated"))
    else:
        opening = Chip("good", change_soon("open", option.next_change, at))
    return _named(app, option, shown, (opening, access_chip(option.access)))


def _riding(app: AppState, option: Option, at: datetime) -> Row:
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


def riding_chips(option: Option) -> tuple[Chip, ...]:
    """Return how sure the place of a vehicle is, and whether it carries the AED at all."""
    where = option.position
    if where is None:
        return ()
    if where.basis == "live":
        age = duration(where.age_s)
        chips = [Chip("good", gettext("Seen live {age} ago", age=age))]
    elif where.basis == "base":
        chips = [Chip("attention", gettext("Not yet in service; by the timetable"))]
    else:
        chips = [Chip("attention", gettext("By the timetable, not seen live"))]
    if where.vehicle.assignment == "assumed":
        chips.append(Chip("unknown", gettext("Maybe; not confirmed")))
    elif where.assignment == "assumed" or where.basis == "base":
        chips.append(Chip("unknown", gettext("The vehicle is known, its tour is assumed")))
    return tuple(chips)


def _unknown(app: AppState, option: Option) -> Row:
    shown = card(app.city, option.id)
    written = shown.facts.get("hours_text") or shown.facts.get("opening_hours")
    if written:
        label = gettext("Hours as written: {hours}", hours=str(written))
    else:
        label = gettext("Hours not known")
    return _named(app, option, shown, (Chip("unknown", label), access_chip(option.access)))


def _closed(app: AppState, option: Option, at: datetime) -> Row:
    shown = card(app.city, option.id)
    chip = Chip("bad", change_soon("closed", option.next_change, at))
    return _named(app, option, shown, (chip,))


def _adrift(app: AppState, option: Option) -> Row:
    shown = card(app.city, option.id)
    near = near_stop(app, option.lon, option.lat)
    return Row(option, shown, shown.name, near, riding_chips(option), quoted=True)


def _named(app: AppState, option: Option, shown: Card, chips: tuple[Chip, ...]) -> Row:
    """Return the row of a fixed AED: its name, its note unless the name says it, an address."""
    where = shown.where if shown.address else near_address(app, option.lon, option.lat)
    note = shown.place_note
    if note.rstrip("…").strip() in shown.name:
        note = ""
    return Row(option, shown, shown.name, where or shown.district, chips, note=note, quoted=True)


def access_chip(access: str | None) -> Chip:
    """Return who may take an AED."""
    kind, label = {
        "yes": ("good", gettext("For everyone")),
        "permissive": ("good", gettext("For everyone")),
        "customers": ("attention", gettext("In a business: ask the staff")),
        "permit": ("attention", gettext("Kept by staff: ask for it")),
    }.get(access or "", ("unknown", gettext("Who may take it is not stated")))
    return Chip(kind, label)


# Words --------------------------------------------------------------------------------------


def change_soon(state: str, change: datetime | None, at: datetime) -> str:
    """Return an opening state with its next change: in minutes when it is near."""
    if change is None:
        return gettext("Open day and night") if state == "open" else gettext("Closed now")
    if state == "closed" and change - at < timedelta(0):
        return gettext("Closed now")
    if change - at <= SOON:
        left = max(math.floor((change - at).total_seconds() / 60), 0)
        if state == "open":
            return ngettext("Open, closes in {n} min", "Open, closes in {n} min", left)
        return ngettext("Closed, opens in {n} min", "Closed, opens in {n} min", left)
    when = change_words(change, at)
    if state == "open":
        return gettext("Open until {time}", time=when)
    return gettext("Closed, opens {time}", time=when)


def duration(seconds: float) -> str:
    """Return a short time: to 10 seconds below 10 minutes, rounded up, else in minutes."""
    tens = math.ceil(max(seconds, 0.0) / 10 - 1e-9) * 10
    if tens < 60:
        return gettext("{s} s", s=number(tens))
    if tens >= 600:
        return gettext("{m} min", m=number(math.ceil(seconds / 60 - 1e-9)))
    if tens % 60 == 0:
        return gettext("{m} min", m=number(tens // 60))
    return gettext("{m} min {s} s", m=number(tens // 60), s=number(tens % 60))


def _remarks(app: AppState, answer: AedAnswer, held: Moving) -> Iterable[str]:
    yield gettext(
        "Times are for running at {pace}, there and back. {model}",
        pace=pace_text(answer.query.pace_m_s),
        model=model_line(app.ground),
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


def feed_remarks(held: Moving, at: datetime) -> Iterable[str]:
    """Yield what is to be said of the live feeds."""
    if not held.feeds:
        yield gettext("Vehicles are placed by the timetable; no live feed is connected.")
        return
    for state in held.feeds:
        if not state.is_alive(at.timestamp()):
            yield gettext(
                "The live feed {feed} is silent: its vehicles are placed by the timetable.",
                feed=state.feed,
            )


def walk_words(option: Option) -> str:
    """Return how far the AED is, one way."""
    return gettext("{distance} each way", distance=metres(option.walk_m))
