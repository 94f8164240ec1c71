"""Hold the frames of an answer: of a coverage, by tram and bus, and of what a change does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import geopandas as gpd
import pandas as pd

from locator.analysis.access.coverage import Coverage, coverage_by_unit
from locator.analysis.access.part_ranges import gap_ranges
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.words import changes_said
from locator.analysis.transit.coverage import TransitCoverage
from locator.api.context import AppState
from locator.api.coverage_found import as_of_day, district_ranges, ranges_of, transit_of
from locator.api.gains import change_gains
from locator.api.queries import ReachByParams, ReachParams
from locator.base.i18n import gettext, speaking
from locator.library.asking import question
from locator.library.showing import facts_html, percent


def on_map(frame: pd.DataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table of districts or units with their areas.

    Parameters
    ----------
    frame : DataFrame
        On the index of `places`.
    places : GeoDataFrame

    Returns
    -------
    GeoDataFrame
        WGS84, the area last.
    """
    return gpd.GeoDataFrame(frame.assign(geometry=places.geometry), crs=places.crs)


@dataclass(frozen=True, eq=False)
class CoverageFrames:
    """Who reaches a facility of a layer in time, and who does not.

    Attributes
    ----------
    state : AppState
    asked : ReachParams
        The question.
    found : Coverage
        All that was counted, as arrays and whole numbers.
    language : str
        Of what is said in words.

    Examples
    --------
    >>> found = city.coverage("nurseries", minutes=15)
    >>> found
    <CoverageFrames nurseries: 94.3 % of 53 (age_0_2) within 15 min>
    >>> found.districts[["name", "people", "served"]]
                name  people  served
    number
    1         Północ      35      35
    2       Południe      18      15
    """

    state: AppState
    asked: ReachParams
    found: Coverage
    language: str

    def __repr__(self) -> str:
        found = self.found
        return (
            f"<CoverageFrames {found.layer}: {100 * found.share:.1f} % of {found.people:,} "
            f"({found.group}) within {found.minutes:g} min>"
        )

    def _repr_html_(self) -> str:
        found = self.found
        facts = (
            ("standard", f"{found.minutes:g} min at {found.pace_m_s:g} m/s"),
            ("people", f"{found.people:,} ({found.group})"),
            ("served", f"{found.served:,} ({percent(found.share)})"),
            ("unserved", f"{found.unserved:,}"),
            ("facilities", f"{found.counted:,}"),
            ("walks", found.model),
        )
        return facts_html(f"Coverage: {found.layer}", facts, self.caveats)

    @property
    def minutes(self) -> float:
        """The standard: minutes on foot that count as served."""
        return self.found.minutes

    @property
    def share(self) -> float:
        """Share of the people of the group who are served."""
        return self.found.share

    @property
    def people(self) -> int:
        """People of the group in the city."""
        return self.found.people

    @property
    def served(self) -> int:
        """Those within the standard."""
        return self.found.served

    @property
    def unserved(self) -> int:
        """Those beyond it."""
        return self.found.unserved

    @cached_property
    def range(self) -> tuple[float, float]:
        """Between which values the share lies (`docs/ranges.md`); counted when first asked for."""
        then = as_of_day(self.state, self.asked)
        if then is not None:
            return then.low, then.high
        within = ranges_of(self.state, self.found, profile=self.asked.profile)
        return within.low, within.high

    @cached_property
    def districts(self) -> gpd.GeoDataFrame:
        """By number: ``name``, ``people``, ``served``, ``unserved``, ``share``, ``beyond``,
        ``mean_s``, ``median_s``, ``p90_s``; between which values the share lies (``low``,
        ``high``) and which ranks it may have (``rank``, ``rank_low``, ``rank_high``); the area.
        """
        within = district_ranges(self.state, self.asked, self.found)
        columns = ["low", "high", "rank", "rank_low", "rank_high"]
        frame = self.found.districts.join(within[columns])
        return on_map(frame, self.state.city.districts)

    @cached_property
    def units(self) -> gpd.GeoDataFrame:
        """The same by neighbourhood unit, without ranges; empty where the city has no units."""
        ground = self.state.walkable_city_for(self.asked.profile)
        return on_map(coverage_by_unit(ground, self.found), self.state.city.units)

    @cached_property
    def gaps(self) -> gpd.GeoDataFrame:
        """The ten largest areas of unserved people, with between which values those lie."""
        gaps = self.found.gaps.copy()
        if self.asked.at is not None:
            return gaps
        ground = self.state.walkable_city_for(self.asked.profile)
        within = gap_ranges(ground, self.found, self.found.gaps)
        for place, column in enumerate(("low", "high"), start=1 + list(gaps).index("people")):
            gaps.insert(place, column, within[column])
        return gaps

    def by_transit(
        self, *, depart: datetime | str | None = None, max_walk: float = 15
    ) -> TransitFrames:
        """Return who is within the standard from door to door on foot or by tram or bus.

        Parameters
        ----------
        depart : datetime or str, optional
            One leaves at each minute of the hour from then on; by default 10:00 on an ordinary
            working day in about a week.
        max_walk : float
            Minutes on foot to the first stop, and from the last one, at most: 1 to 30.

        Returns
        -------
        TransitFrames

        Raises
        ------
        InvalidParameterError, NotComputableError
            A moment that is none, or for which the city has no timetable.

        Examples
        --------
        >>> city.coverage("nurseries", minutes=15).by_transit(depart="2026-11-02T06:00")
        <TransitFrames nurseries: 94.3 % of 53 (age_0_2) within 15 min, 0 only by riding>
        """
        asked = question(
            self.state,
            ReachByParams,
            **vars(self.asked),
            by="transit",
            depart=depart,
            max_walk=max_walk,
        )
        return TransitFrames(self.state, self.found, transit_of(self.state, asked, self.found))

    @property
    def curve(self) -> pd.DataFrame:
        """``people`` and their ``share`` within 0, 1, ... 60 ``minutes``."""
        return self.found.curve.copy()

    @property
    def caveats(self) -> list[str]:
        """What has to be known with the numbers, in words."""
        with speaking(self.language):
            return [gettext(one.template).format(**one.values) for one in self.found.caveats]


@dataclass(frozen=True, eq=False)
class TransitFrames:
    """Who is within a standard from door to door on foot or by tram or bus.

    Attributes
    ----------
    state : AppState
    on_foot : Coverage
        The answer on foot.
    found : TransitCoverage
        All that was counted; ``basis`` says what it rests on, ``ride`` when one leaves.
    """

    state: AppState
    on_foot: Coverage
    found: TransitCoverage

    def __repr__(self) -> str:
        found, asked = self.found, self.on_foot
        return (
            f"<TransitFrames {asked.layer}: {100 * found.share:.1f} % of {found.people:,} "
            f"({asked.group}) within {asked.minutes:g} min, {found.gained:,} only by riding>"
        )

    @property
    def share(self) -> float:
        """Share of the people of the group who are, leaving at half of the minutes or more."""
        return self.found.share

    @property
    def range(self) -> tuple[float, float]:
        """The share of those who are leaving at every minute, and at one at least."""
        found = self.found
        return found.low / found.people, found.high / found.people

    @property
    def served(self) -> int:
        """People who are."""
        return self.found.served

    @property
    def gained(self) -> int:
        """Those of them who are only by riding."""
        return self.found.gained

    @property
    def districts(self) -> gpd.GeoDataFrame:
        """By number: ``name``, ``people``, ``served``, ``low``, ``high`` (leaving at every minute,
        at one at least), ``walking``, ``gained``, the shares; the area.
        """
        return on_map(self.found.districts, self.state.city.districts)

    @property
    def gaps(self) -> gpd.GeoDataFrame:
        """The ten largest areas of people who are beyond the standard that way, too."""
        return self.found.gaps.copy()


@dataclass(frozen=True, eq=False)
class ScenarioFrames:
    """What a change to a layer does.

    Attributes
    ----------
    state : AppState
    found : ScenarioComparison
        All that was counted.
    language : str
        Of what is said in words.

    Examples
    --------
    >>> change = city.scenario(close=["nurseries-3"])
    >>> change
    <ScenarioFrames nurseries: 94.3 % -> 66.0 %, 0 people gained, 15 lost>
    """

    state: AppState
    found: ScenarioComparison
    language: str

    def __repr__(self) -> str:
        found = self.found
        return (
            f"<ScenarioFrames {found.before.layer}: {100 * found.before.share:.1f} % -> "
            f"{100 * found.after.share:.1f} %, {found.people_gained:,} people gained, "
            f"{found.people_lost:,} lost>"
        )

    def _repr_html_(self) -> str:
        found = self.found
        facts = (
            ("before", f"{found.before.served:,} ({percent(found.before.share)})"),
            ("after", f"{found.after.served:,} ({percent(found.after.share)})"),
            ("gained", f"{found.people_gained:,}"),
            ("lost", f"{found.people_lost:,}"),
        )
        return facts_html(f"Change: {found.before.layer}", facts, self.changes)

    @property
    def before(self) -> Coverage:
        """The coverage of today."""
        return self.found.before

    @property
    def after(self) -> Coverage:
        """The coverage after the change."""
        return self.found.after

    @property
    def gained(self) -> int:
        """People who come to be served."""
        return self.found.people_gained

    @property
    def lost(self) -> int:
        """People who cease to be."""
        return self.found.people_lost

    @cached_property
    def range(self) -> tuple[float, float] | None:
        """Between which numbers lies by how many more people are served; None where the standard
        or the pace changes.
        """
        within = change_gains(self.state, self.found)
        return None if within is None else (within.low, within.high)

    @property
    def changes(self) -> list[str]:
        """What changes, in words."""
        with speaking(self.language):
            return [one.words for one in changes_said(self.state.city, self.found)]

    @property
    def districts(self) -> gpd.GeoDataFrame:
        """By number: people, served before and after, gained, lost, shares; the area."""
        return on_map(self.found.districts, self.state.city.districts)

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """Where people are ``gained`` or ``lost``."""
        return self.found.areas.copy()

    @property
    def gaps(self) -> gpd.GeoDataFrame:
        """The gaps of today, with how many of their people stay unserved (``people_after``)."""
        return self.found.gaps.copy()
