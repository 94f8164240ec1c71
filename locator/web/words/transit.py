"""Say in words how to go by tram or bus where the walk is long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from locator.analysis.nearest import NearestResult
from locator.analysis.transit.basis import NoTimetableError, OutsideTimetableError
from locator.analysis.transit.journey import Journey, Leg
from locator.api.context import AppState
from locator.api.queries import NearestParams
from locator.api.transit import transit_beside
from locator.base.errors import N_
from locator.reports.transit_reach import transit_basis_words
from locator.walking.walkable_city import WalkableCity
from locator.web.i18n import clock, day, error_text, gettext, metres, minutes, ngettext
from locator.web.layout import in_language_of_data
from locator.web.nearest_form import Form

LONG_S = 900.0
"""A walk that takes longer is long."""

PATIENCE_S = 0.5
"""A page waits so long for the walks between stops, and then says that they come."""

MOST = 5
"""So many results, the first ones, have journeys told beside them."""

LIMITS_MIN = (5.0, 10.0, 15.0)
"""Minutes on foot to a stop that can be chosen."""

LEAST_SAVED = 1 / 3
"""Of the walk: a ride that saves less of it is not worth a line."""

BY = {
    frozenset(["tram"]): N_("By tram: {duration}"),
    frozenset(["bus"]): N_("By bus: {duration}"),
    frozenset(["tram", "bus"]): N_("By tram and bus: {duration}"),
}
BY_ANY = N_("By public transport: {duration}")

LINES = {
    "tram": N_("tram {line}"),
    "bus": N_("bus {line}"),
    "rail": N_("train {line}"),
    "metro": N_("metro {line}"),
}
LINE = N_("line {line}")


@dataclass(frozen=True)
class JourneyWords:
    """A journey: its length, one line about it, its legs, and the one that leaves next."""

    title: str
    line: Markup
    legs: tuple[Markup, ...]
    next: Markup | None


@dataclass(frozen=True)
class Limit:
    """How long somebody walks to a stop, to be chosen."""

    minutes: str
    chosen: bool


@dataclass(frozen=True)
class TransitWords:
    """What is said of trams and buses beside results.

    Attributes
    ----------
    journeys : mapping of str to JourneyWords
        By facility.
    basis : tuple of str
        What they rest on, in sentences; or why there are none.
    leaving : str
        The moment that one leaves, as a field of a form takes it.
    hidden : tuple of (str, str)
        The question, but for that moment and those limits.
    limits : tuple of Limit
    """

    journeys: dict[str, JourneyWords]
    basis: tuple[str, ...]
    leaving: str
    hidden: tuple[tuple[str, str], ...]
    limits: tuple[Limit, ...]


def transit_words(
    app: AppState,
    walkable_city: WalkableCity,
    form: Form,
    params: NearestParams,
    result: NearestResult,
) -> TransitWords | None:
    """Return what to say of trams and buses; None where no walk is long, or nothing is known."""
    walks = {one.id: one.walk_s for one in result.found[:MOST] if one.walk_s > LONG_S}
    if not walks:
        return None
    if not app.transit_soon(walkable_city, within_s=PATIENCE_S):
        later = gettext("Trams and buses are being looked up: load this page again in a moment.")
        return _words({}, (later,), form, params, result)
    try:
        found = transit_beside(app, walkable_city, result, params, longer_than_s=LONG_S, most=MOST)
    except NoTimetableError:
        return None
    except OutsideTimetableError as error:
        return _words({}, (error_text(error),), form, params, result)
    journeys = {
        facility: _journey(told, result.at)
        for facility, told in found.journeys.items()
        if told[0].walk_s <= (1 - LEAST_SAVED) * walks[facility]
    }
    basis = transit_basis_words(found.basis)
    if not journeys:
        basis = (gettext("No tram or bus on file gets there sooner than the walk then."), *basis)
    return _words(journeys, basis, form, params, result)


def _words(
    journeys: dict[str, JourneyWords],
    basis: tuple[str, ...],
    form: Form,
    params: NearestParams,
    result: NearestResult,
) -> TransitWords:
    limits = sorted({*LIMITS_MIN, params.max_walk})
    return TransitWords(
        journeys=journeys,
        basis=basis,
        leaving=f"{result.at:%Y-%m-%dT%H:%M}",
        hidden=tuple(form.args(at="", max_walk="").items(multi=True)),
        limits=tuple(Limit(f"{limit:g}", limit == params.max_walk) for limit in limits),
    )


def _journey(told: tuple[Journey, ...], asked: datetime) -> JourneyWords:
    first = told[0]
    modes = frozenset(ride.mode for ride in first.rides)
    ride = first.rides[0]
    parts = [
        _marked(
            gettext("leaves {stop} at {time}, line {line}"),
            stop=_stop(ride.from_stop),
            time=_clock(ride.departure, asked),
            line=ride.line,
        ),
        *(_next(one.rides[0], ride, asked) for one in told[1:2]),
        _marked(gettext("{duration} of it on foot"), duration=minutes(first.walk_s)),
    ]
    return JourneyWords(
        title=gettext(BY.get(modes, BY_ANY), duration=minutes(first.duration_s)),
        line=Markup("; ").join(parts),
        legs=tuple(_leg(leg, first.legs[i - 1] if i else None) for i, leg in enumerate(first.legs)),
        next=_following(told[1], asked) if told[1:] else None,
    )


def _next(ride: Leg, first: Leg, asked: datetime) -> Markup:
    """Return when one leaves next, and whether it is from there and by that line."""
    time = _clock(ride.departure, asked)
    if ride.from_stop != first.from_stop:
        return _marked(gettext("next at {time} from another stop"), time=time)
    if ride.line != first.line:
        return _marked(gettext("next at {time}, line {line}"), time=time, line=ride.line)
    return _marked(gettext("next at {time}"), time=time)


def _following(journey: Journey, asked: datetime) -> Markup:
    ride = journey.rides[0]
    return _marked(
        gettext("Next: leaves {stop} at {time}, line {line}; you are there at {arrival}."),
        stop=_stop(ride.from_stop),
        time=_clock(ride.departure, asked),
        line=ride.line,
        arrival=_there(journey.arrival),
    )


def _there(arrival: datetime) -> str:
    """Return the minute in which one is there, begun or not."""
    return clock(arrival + timedelta(seconds=59))


def _leg(leg: Leg, before: Leg | None) -> Markup:
    if not leg.is_walk:
        count = ngettext("after {n} stop", "after {n} stops", leg.stops)
        way = _marked(
            gettext("{time} {ride} towards {headsign}: get off at {stop} at {arrival}, {count}"),
            time=clock(leg.departure),
            ride=gettext(LINES.get(leg.mode, LINE), line=leg.line),
            headsign=_stop(leg.headsign),
            stop=_stop(leg.to_stop),
            arrival=clock(leg.arrival),
            count=count,
        )
        return way + " (" + gettext("step-free") + ")" if leg.step_free else way
    walk = {"duration": minutes(leg.duration_s), "distance": metres(leg.walk_m)}
    if leg.to_stop is None:
        words = gettext("{duration} on foot ({distance}): you are there at {time}")
        return _marked(words, time=_there(leg.arrival), **walk)
    stop = _stop(leg.to_stop)
    if before is None:
        words = gettext("{duration} on foot ({distance}) to the stop {stop}: leave by {time}")
        return _marked(words, stop=stop, time=clock(leg.departure), **walk)
    words = gettext("{duration} on foot ({distance}) to the stop {stop}")
    return _marked(words, stop=stop, **walk)


def _clock(moment: datetime, asked: datetime) -> str:
    """Return the time of day; with the date where it is not that of the question."""
    told = clock(moment)
    return told if moment.date() == asked.date() else f"{told} ({day(moment.date())})"


def _marked(words: str, **values: object) -> Markup:
    # As Markup.format does, which takes words apart in Python: a page says dozens of these.
    escaped = {name: escape(value) for name, value in values.items()}
    return Markup(str(escape(words)).format(**escaped))


def _stop(name: str | None) -> Markup:
    return Markup(f"<span{in_language_of_data()}>{escape(name or '')}</span>")
