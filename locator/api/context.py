"""Hold what the application loaded once and every request reads.

What a walk does not need is imported where it is used: a command answers one question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from locator.api.lane import Lane
from locator.base.errors import N_, NotComputableError
from locator.base.memory import Memory, size_b
from locator.city.catalogue import Catalogue
from locator.city.facility_filter import said_by_layer
from locator.city.model import City
from locator.walking.network.model import NetworkModel
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity, walkable
from locator.walking.warmup import keep_variant, other_ways, walkable_anew, with_kept_indexes

if TYPE_CHECKING:
    from locator.analysis.access.coverage import Coverage, CoverageQuery
    from locator.analysis.access.ranges import Ranges
    from locator.api.live import LiveFleet
    from locator.api.parsing import Names
    from locator.vehicles.transit import TransitNetwork

T = TypeVar("T")

PATIENCE_S = 2.0
"""A page waits so long for ranges that nobody has asked for yet, and then says that they come."""

VARIANTS_B = 100_000_000
"""What ways of walking beside the usual one may take, apart from the answers: one takes some 2 MB
in a large city, 8 where its matrix cannot be kept in a file, and a moment to be made again while
somebody waits at night."""

POINT_B = 56
"""What a point takes that was set onto a street."""

NO_STEPS_KNOWN = N_(
    "Ways for prams and wheelchairs need the street network, which this city lacks."
)
NO_NIGHT_KNOWN = N_(
    "What is closed at night is known only of the street network, which this city lacks."
)


@dataclass(frozen=True)
class AppState:
    """The city, made ready, and the answers worth keeping.

    Attributes
    ----------
    city : City
    walkable_city : WalkableCity
        The city with its walking model; ``walkable_city.model.name`` says which.
    started : datetime
        When the application was made, in the city's time zone.
    feeds : str
        GTFS-Realtime feeds of the vehicles, as `locator.api.live.load_live_fleet` reads them.
    variants : Memory
        The city as it is walked with a pram, in a wheelchair or at night.
    """

    city: City
    walkable_city: WalkableCity
    started: datetime
    feeds: str = ""
    variants: Memory = field(
        default_factory=lambda: Memory(VARIANTS_B, largest_b=VARIANTS_B, size=_variant_b)
    )

    @cached_property
    def live_fleet(self) -> LiveFleet:
        """The vehicles and what is known of them live; loaded when first asked for."""
        from locator.api.live import load_live_fleet

        return load_live_fleet(self.city, self.feeds)

    @cached_property
    def transit_network(self) -> TransitNetwork:
        """What runs by the timetables of the city folder; arranged when first asked for."""
        from locator.vehicles.transit import transit_network

        return transit_network(self.live_fleet.fleet.timetables)

    def warm_names(self) -> None:
        """Make the gazetteer, so that nobody who types an address waits for it."""
        _ = self.city.gazetteer

    def warm_aeds(self) -> None:
        """Know the walks to all AEDs, so that whoever needs one waits for no search."""
        from locator.analysis.aed.fixed import index_aeds

        index_aeds(self.walkable_city)

    def warm_transit(self) -> None:
        """Walk between the stops, so that nobody waits for that."""
        from locator.analysis.transit.stop_walks import index_stops

        if self.transit_network.timetables:
            index_stops(self.walkable_city, self.transit_network)

    def warm_transit_coverage(self) -> None:
        """Walk to the stops from where people live: what coverage by transit begins with."""
        from locator.analysis.transit.coverage import walks_to_stops

        if self.transit_network.timetables:
            walks_to_stops(self.walkable_city, self.transit_network)

    def transit_soon(self, walkable_city: WalkableCity, *, within_s: float) -> bool:
        """Whether the walks between stops are known within some seconds; else they are made on."""
        from locator.analysis.transit.stop_walks import has_stop_walks, stop_walks

        network = self.transit_network
        if not network.timetables or has_stop_walks(walkable_city, network):
            return True  # not behind what is being counted for others
        walks = partial(stop_walks, walkable_city, network)
        return self.counting.ask([walks], within_s=within_s) != [None]

    @property
    def memo(self) -> Memory:
        """Answers that depend on nothing but the city, one bound for all, whoever asks."""
        return self.walkable_city.memory

    @property
    def catalogue(self) -> Catalogue:
        """What the city folder declares of itself."""
        return self.city.catalogue

    @property
    def timezone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.city.catalogue.timezone)

    @cached_property
    def names(self) -> Names:
        """The names that a question may say, for `locator.api.parsing.parse`."""
        return {
            "layer": tuple(self.catalogue.layers),
            "group": tuple(self.catalogue.groups),
            "district": tuple(int(number) for number in self.city.districts.index),
            "unit": tuple(map(str, self.city.units.index)),
            "kind": said_by_layer(self.city, "kind"),
            "operator": said_by_layer(self.city, "operator"),
        }

    def walkable_city_for(self, profile: Profile, *, at_night: bool = False) -> WalkableCity:
        """Return the city as it is walked on foot, with a pram or in a wheelchair, or at night.

        Raises
        ------
        NotComputableError
            Without a street network nobody knows where the steps are, or what closes at night.
        """
        if profile == "foot" and not at_night:
            return self.walkable_city
        model = self.walkable_city.model
        if not isinstance(model, NetworkModel):
            raise NotComputableError(
                NO_STEPS_KNOWN if profile != "foot" else NO_NIGHT_KNOWN,
                parameter="profile" if profile != "foot" else "night",
            )
        night = at_night and model.closes_at_night
        if profile == "foot" and not night:
            return self.walkable_city
        return self.variants.get(
            (profile, night),
            lambda: with_kept_indexes(
                walkable(self.city, model.variant(profile, at_night=night), memory=self.memo)
            ),
        )

    def keep_variants(self) -> None:
        """Make the indexes of all ways beside the usual one, where they are not kept in files."""
        model = self.walkable_city.model
        if not isinstance(model, NetworkModel):
            return
        for profile, night in other_ways(model):
            made = keep_variant(self.walkable_city, profile, at_night=night)
            if made and (profile, night) in self.variants:  # somebody could not wait
                with_kept_indexes(self.walkable_city_for(profile, at_night=night))

    def with_city(self, city: City) -> AppState:
        """Return the state over another reading of the same city: its streets are the same.

        Answers are new; the vehicles' feeds go on being asked as before.
        """
        from locator.vehicles.fleet import vehicles_of

        known = self.live_fleet
        fleet = replace(known.fleet, vehicles=vehicles_of(city, known.fleet.timetables))
        new = replace(
            self,
            city=city,
            walkable_city=walkable_anew(city, self.walkable_city),
            variants=Memory(VARIANTS_B, largest_b=VARIANTS_B, size=_variant_b),
        )
        vars(new)["live_fleet"] = replace(known, fleet=fleet)
        if "transit_network" in vars(self):  # the timetables are the same
            vars(new)["transit_network"] = self.transit_network
        return new

    def coverage(self, query: CoverageQuery, *, profile: Profile = "foot") -> Coverage:
        """Return the coverage for `query`, computed once for the same question.

        Raises
        ------
        NotComputableError
            Without a street network, for ways without steps.
        """
        from locator.analysis.access.coverage import coverage

        ground = self.walkable_city_for(profile)
        return self.memo.get((query, profile), lambda: coverage(ground, query))

    def ranges(self, query: CoverageQuery, *, profile: Profile = "foot") -> Ranges:
        """Return between which values the coverage for `query` lies, computed once."""
        from locator.analysis.access.ranges import ranges

        found = self.coverage(query, profile=profile)
        return ranges(self.walkable_city_for(profile), found)

    def ranges_soon(
        self, queries: Sequence[CoverageQuery], *, profile: Profile = "foot"
    ) -> list[Ranges | None]:
        """Return the ranges for `queries` that are known within `PATIENCE_S`.

        The others are counted on, and will be known when somebody asks again. Known ones do not
        wait behind them.
        """
        from locator.analysis.access.ranges import has_ranges

        ground = self.walkable_city_for(profile)
        known = [has_ranges(ground, self.coverage(one, profile=profile)) for one in queries]
        made = [partial(self.ranges, one, profile=profile) for one in queries]
        counted = iter(
            self.counting.ask(
                [one for one, is_known in zip(made, known, strict=True) if not is_known],
                within_s=PATIENCE_S,
            )
        )
        return [
            one() if is_known else next(counted) for one, is_known in zip(made, known, strict=True)
        ]

    def soon(self, answer: Callable[[], T], *, part: float = 1.0) -> T | None:
        """Return an answer that comes within a part of `PATIENCE_S`.

        Else it is made on, for the next.
        """
        return self.counting.ask([answer], within_s=part * PATIENCE_S)[0]

    @cached_property
    def counting(self) -> Lane:
        """Where what takes long is counted on after who asked has been answered without it."""
        return Lane()

    def warm_ranges(self) -> None:
        """Count the ranges of every layer's own question, and what the claims mean for people.

        So nobody waits for them.
        """
        from locator.analysis.access.claims import answer_claim
        from locator.analysis.access.coverage import CoverageQuery

        made: list[Callable[[], object]] = [
            partial(self.ranges, CoverageQuery(layer.id))
            for layer in self.catalogue.layers.values()
        ]
        made += [
            partial(answer_claim, self.walkable_city, name) for name in self.city.claims.claims
        ]
        for one in made:
            begun_s = time.thread_time()
            with suppress(NotComputableError):
                one()
            # Whoever asks meanwhile has the interpreter for as long as this has had it.
            time.sleep(time.thread_time() - begun_s)

    def now(self) -> datetime:
        """Return this moment in the city's time zone."""
        return datetime.now(self.timezone)


def _variant_b(pair: tuple[Any, WalkableCity]) -> int:
    """Return about what a city takes that shares all but its ways with another.

    Its people may be set onto its ways later. The ways are those of the model that lie in memory,
    and not in a file; `locator.walking.network.profile.Ways` has them.
    """
    walkable_city = pair[1]
    model = cast(NetworkModel, walkable_city.model)
    people_b = POINT_B * len(walkable_city.city.demand)
    return size_b((walkable_city.facilities, model.ways.csr, model.ways.allowed)) + people_b
