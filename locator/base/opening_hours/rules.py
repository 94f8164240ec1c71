"""Hold the rules of opening hours as they were read: which days, what times, what state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Word = Literal["open", "closed", "unknown"]
Kind = Literal["normal", "additional", "fallback"]

DAY_MIN = 24 * 60
LAST_YEAR = 9999


@dataclass(frozen=True)
class Day:
    """A day or a month that comes back every year, unless it names one.

    Attributes
    ----------
    month : int or None
        1 to 12; None is Easter Sunday.
    day : int or None
        None is the whole month.
    year : int or None
    shift : int
        Days after Easter.
    """

    month: int | None
    day: int | None = None
    year: int | None = None
    shift: int = 0


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included; None as the last is for ever."""

    first: Day
    last: Day | None


@dataclass(frozen=True)
class Steps:
    """Years or weeks from `first` to `last`, each `step`-th of them."""

    first: int
    last: int
    step: int = 1

    def __contains__(self, value: int) -> bool:
        """Tell whether a year or week is one of them."""
        return self.first <= value <= self.last and (value - self.first) % self.step == 0


@dataclass(frozen=True)
class Weekdays:
    """Weekdays from `first` to `last` (Monday is 0), over Sunday if need be.

    `nth` names which of the month, -1 being the last one; empty is every one.
    """

    first: int
    last: int
    nth: tuple[int, ...] = ()

    @property
    def days(self) -> tuple[int, ...]:
        """The weekdays in their order."""
        return tuple((self.first + n) % 7 for n in range((self.last - self.first) % 7 + 1))


@dataclass(frozen=True)
class Holiday:
    """Public (``ph``) or school (``sh``) holidays, or the day before (-1) or after (1) them."""

    kind: str
    shift: int = 0


@dataclass(frozen=True)
class Moment:
    """A time of day: minutes after midnight, or after an event of the sun."""

    minutes: int
    event: str | None = None


@dataclass(frozen=True)
class Span:
    """Times from `start` to `end`; None as the end, or `open_end`, is for an unknown while."""

    start: Moment
    end: Moment | None
    open_end: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule: on which days, at what times, in what state.

    Attributes
    ----------
    kind : str
        ``normal`` overrides what was said before of the same days, ``additional`` adds to it,
        ``fallback`` is for the time that nothing else is about.
    years, weeks : tuple of Steps
    periods : tuple of Period
    weekdays : tuple of Weekdays
    holidays : tuple of Holiday
    both : bool
        Holidays only where they are one of the weekdays; else either of them.
    times : tuple of Span
        Empty is the whole day.
    state : str
        A comment that has no state beside it makes it ``unknown``, as the specification says.
    comment : str or None
    said : bool
        Whether the state is written, not understood.
    """

    kind: Kind
    years: tuple[Steps, ...] = ()
    periods: tuple[Period, ...] = ()
    weeks: tuple[Steps, ...] = ()
    weekdays: tuple[Weekdays, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    both: bool = False
    times: tuple[Span, ...] = ()
    state: Word = "open"
    comment: str | None = None
    said: bool = False

    @property
    def selectors(self) -> tuple[object, ...]:
        """On which days it holds; empty parts for every day."""
        return (self.years, self.periods, self.weeks, self.weekdays, self.holidays, self.both)

    @property
    def always(self) -> bool:
        """Whether it plainly holds at every moment."""
        dated = self.years or self.periods or self.weeks or self.holidays
        days = {day for one in self.weekdays if not one.nth for day in one.days}
        every_day = not self.weekdays or len(days) == 7
        return every_day and not dated and self.times in ((), WHOLE_DAY)


WHOLE_DAY = (Span(Moment(0), Moment(DAY_MIN)),)
