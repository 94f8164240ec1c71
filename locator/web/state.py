"""Hold what the application loaded once and every request reads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import current_app

from locator.catalogue import Catalogue
from locator.city import City
from locator.coverage import Coverage, CoverageQuery, coverage
from locator.errors import N_, NotComputableError
from locator.walking.network import NetworkModel
from locator.walking.walkable import WalkableCity, walkable
from locator.walking.ways import Profile

T = TypeVar("T")

VARIANTS = 2
"""Ways of walking kept beside the usual one: each takes some 40 MB in a large city, and half a
second to be made again."""

NO_STEPS_KNOWN = N_(
    "Ways for prams and wheelchairs need the street network, which this city lacks."
)
NO_NIGHT_KNOWN = N_(
    "What is closed at night is known only of the street network, which this city lacks."
)


class Memo:
    """Remember the latest answers, so that the same question is computed once.

    Who asks what another visitor is waiting for waits along: a link that a whole meeting opens is
    computed once.

    Parameters
    ----------
    size : int
        How many answers are kept; the one unused for longest goes first.
    """

    def __init__(self, size: int = 96) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._under_way: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Return what is remembered for `question`, or compute and remember it.

        An answer may ask other questions, but not its own.
        """
        with self._lock:
            if question in self._answers:
                return cast(T, self._found(question))
            turn = self._under_way.setdefault(question, threading.Lock())
        with turn:
            with self._lock:
                if question in self._answers:  # by the one who was waited for
                    return cast(T, self._found(question))
            try:
                computed = answer()
                with self._lock:
                    self._answers[question] = computed
                    while len(self._answers) > self._size:
                        self._answers.popitem(last=False)
            finally:
                with self._lock:
                    self._under_way.pop(question, None)
        return computed

    def _found(self, question: Hashable) -> Any:
        self._answers.move_to_end(question)
        return self._answers[question]


@dataclass(frozen=True)
class AppState:
    """The city, made ready, and the answers worth keeping.

    Attributes
    ----------
    city : City
    ground : WalkableCity
        The city with its walking model; ``ground.model.name`` says which.
    started : datetime
        When the application was made, in the city's time zone.
    memo : Memo
        Answers that depend on nothing but the city (coverage, layers as bytes).
    variants : Memo
        The city as it is walked with a pram, in a wheelchair or at night.
    """

    city: City
    ground: WalkableCity
    started: datetime
    memo: Memo = field(default_factory=Memo)
    variants: Memo = field(default_factory=lambda: Memo(VARIANTS))

    @property
    def catalogue(self) -> Catalogue:
        """What the city folder declares of itself."""
        return self.city.catalogue

    @property
    def timezone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.city.catalogue.timezone)

    def ground_for(self, profile: Profile, *, at_night: bool = False) -> WalkableCity:
        """Return the city as it is walked on foot, with a pram or in a wheelchair, or at night.

        Raises
        ------
        NotComputableError
            Without a street network nobody knows where the steps are, or what closes at night.
        """
        if profile == "foot" and not at_night:
            return self.ground
        model = self.ground.model
        if not isinstance(model, NetworkModel):
            raise NotComputableError(
                NO_STEPS_KNOWN if profile != "foot" else NO_NIGHT_KNOWN,
                parameter="profile" if profile != "foot" else "night",
            )
        night = at_night and model.closes_at_night
        if profile == "foot" and not night:
            return self.ground
        return self.variants.get(
            (profile, night),
            lambda: walkable(self.city, model.variant(profile, at_night=night)),
        )

    def coverage(self, query: CoverageQuery) -> Coverage:
        """Return the coverage for `query`, computed once for the same question."""
        return self.memo.get(query, lambda: coverage(self.ground, query))

    def now(self) -> datetime:
        """Return this moment in the city's time zone."""
        return datetime.now(self.timezone)


def state() -> AppState:
    """Return the state of the application that answers the current request."""
    return cast(AppState, current_app.extensions["locator"])
