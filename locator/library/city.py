"""Ask a city that was opened: the questions of the pages, answered with frames.

Over 350 lines, because the face is one class, and most of them say what each question takes and
gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.siting.query import Objective
from locator.api.context import AppState
from locator.api.coverage_found import coverage_of
from locator.api.data import layers
from locator.api.network import IsochroneParams
from locator.api.planning_queries import ScenarioParams, SitingParams, scenario_of, siting_of
from locator.api.queries import NearestParams, NoParams, ReachParams, nearest_query_of
from locator.api.scenario import comparison_of
from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import WGS84
from locator.base.i18n import speaking
from locator.city.lookup import known_layers
from locator.city.register import PeopleFrom
from locator.library.answers import CoverageFrames, ScenarioFrames
from locator.library.asking import Building, Which, Whose, question
from locator.library.changes import Added, layer_of, moved_sites, new_sites
from locator.library.frames import isochrone_frame, nearest_frame, sites_frame
from locator.library.showing import facts_html
from locator.library.starts import Errors, Starts, located
from locator.walking.network.profile import Profile

if TYPE_CHECKING:
    import networkx as nx

    from locator.web.map.standalone import StandaloneMap

LEFT_OUT = ("names", "icon", "shape", "colour", "official_list")
NO_ORIGIN = N_("Where from? Give origins, or a layer whose facilities all are.")


@dataclass(frozen=True, eq=False, repr=False)
class OpenCity:
    """A city that can be asked, as `locator.open` returns it.

    Coordinates are longitude, latitude (WGS84); frames are copies that may be changed. What is
    left open is the layer's own: its standard, its age group, its pace.

    Attributes
    ----------
    state : AppState
        The city with its walking model and what was answered lately.
    language : str
        Of what is said in words.

    Examples
    --------
    The examples ask a made-up city whose answers can be worked out by hand; the notebooks of the
    documentation ask real ones.

    >>> city.layers[["name", "group", "standard_min", "listed"]]
                        name    group  standard_min  listed
    id
    nurseries      Nurseries  age_0_2            15       3
    aeds                AEDs      all             5       2
    vehicles    AEDs on trams      all             5       1
    """

    state: AppState
    language: str = "en"

    # -- what there is ------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<OpenCity {self.id}: {self._said()}>"

    def _said(self) -> str:
        city, model = self.state.city, self.state.walkable_city.model
        return (
            f"{len(city.facilities):,} facilities of {len(city.catalogue.layers)} layers, "
            f"{len(city.districts)} districts; walks: {model.name}; "
            f"data of {city.catalogue.data_date}"
        )

    def _repr_html_(self) -> str:
        facts = [
            (str(row.Index), f"{row.name}: {row.listed:,} listed, {row.located:,} on the map")
            for row in self.layers.itertuples()
        ]
        return facts_html(self.name, facts, [self._said(), self.attribution])

    @property
    def id(self) -> str:
        """The city's short name."""
        return self.state.catalogue.id

    @property
    def name(self) -> str:
        """The city's name in the language that was asked for."""
        return self.state.catalogue.names[self.language]

    @property
    def attribution(self) -> str:
        """Whose data these are: to be named with whatever is made of them."""
        return self.state.catalogue.attribution[self.language]

    @property
    def layers(self) -> pd.DataFrame:
        """By id: name, age group, standard and pace of each layer, and how many there are."""
        with speaking(self.language):
            answer = layers(self.state, NoParams())["layers"]
        return pd.DataFrame(answer).set_index("id").drop(columns=list(LEFT_OUT))

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """All facilities by id, of every ``layer``; without a point where none is known."""
        return self.state.city.facilities.drop(columns=["x", "y"])

    @property
    def districts(self) -> gpd.GeoDataFrame:
        """By number: ``roman``, ``name``, ``residents`` and the area."""
        return self.state.city.districts.copy()

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The neighbourhood units by code; empty where the city has none."""
        return self.state.city.units.copy()

    @property
    def demand(self) -> gpd.GeoDataFrame:
        """The points that stand for people: ``district``, the people of each age group, a point."""
        points = self.state.city.demand
        return gpd.GeoDataFrame(
            {"district": points.district, **points.people},
            geometry=gpd.points_from_xy(*points.lonlat.T),
            crs=WGS84,
        )

    # -- residents ----------------------------------------------------------------------------

    def locate(self, places: Starts) -> gpd.GeoDataFrame:
        """Return where addresses and points lie, and what is wrong with each that is not found.

        Parameters
        ----------
        places : str, (lon, lat), point, list of them, or GeoDataFrame of points
            A frame or series keeps its index.

        Returns
        -------
        GeoDataFrame
            ``label``, ``precision``, ``problem`` (None where there is none), a point.

        Examples
        --------
        >>> city.locate(["Lipowa 1", "Nowhere 5"])[["label", "precision", "problem"]]
              label precision                         problem
        0  Lipowa 1     exact                            None
        1      None      None  We did not find “Nowhere 5”.
        """
        with speaking(self.language):
            return located(self.state.city, places, errors="coerce")

    def nearest(
        self,
        origins: Starts,
        layer: str | Sequence[str],
        *,
        k: int = 5,
        walk: bool = False,
        pace: float | None = None,
        open_now: bool = False,
        at: datetime | str | None = None,
        status: Literal["open", "all"] = "open",
        profile: Profile = "foot",
        at_night: bool = False,
        errors: Errors = "raise",
        **whose: Unpack[Whose],
    ) -> gpd.GeoDataFrame:
        """Return the nearest facilities on foot from one place, or from each of thousands.

        Parameters
        ----------
        origins : str, (lon, lat), point, list of them, or GeoDataFrame of points
            Where the walks start.
        layer : str or sequence of str
            Id of a layer, or several: `k` of each are wanted.
        k : int
            How many.
        walk : bool
            Give the line of each walk in place of the facility's point; some milliseconds each.
        pace : float, optional
            Walking speed in m/s; by default each layer's.
        open_now : bool
            Only those known to be open at `at`.
        at : datetime or str, optional
            Moment of opening hours, the city's clock; by default now.
        status : str
            ``"all"``: planned, closed and private ones, too.
        profile : str
            ``"foot"``, ``"pram"`` or ``"wheelchair"``.
        at_night : bool
            Keep off ways and gates that are closed at night.
        errors : str
            ``"raise"``, or ``"coerce"``: origins that cannot be used are left out.
        **whose : object
            Which facilities are looked for: ``ownership``, ``kind``, ``operator``, ``step_free``.

        Returns
        -------
        GeoDataFrame
            Sorted by origin and ``rank``: ``origin`` (the caller's index), ``rank``, ``id``,
            ``layer``, ``name``, ``address``, ``walk_m``, ``walk_s``, ``open_state`` and
            ``next_change``; points or lines, WGS84. An origin from which nothing is reached has
            no row.

        Raises
        ------
        NotFoundError
            A layer, or words that name no place.
        AmbiguousPlaceError
            Words that may mean several places: `candidates` has them.
        OutsideCityError, InvalidParameterError, NotComputableError
            A start outside the city, or a question that makes no sense.

        Examples
        --------
        >>> city.nearest("Lipowa 1", "nurseries", k=2)[["rank", "name", "walk_m"]].round(1)
           rank               name  walk_m
        0     1   Żłobek Pod Lipą     0.0
        1     2  Żłobek Nad Rzeką  2795.1
        """
        lon, lat = self.state.city.middle  # the question is checked before the starts are read
        asked = question(
            self.state,
            NearestParams,
            lon=lon,
            lat=lat,
            layer=_several(layer),
            pace=pace,
            open="now" if open_now else "any",
            at=at,
            status=status,
            profile=profile,
            night=at_night,
            **whose,
        )
        known_layers(self.state.catalogue, asked.layer)
        ground = self.state.walkable_city_for(profile, at_night=at_night)
        with speaking(self.language):
            starts = located(self.state.city, origins, errors=errors)
        return nearest_frame(
            ground, starts, replace(nearest_query_of(asked, lon, lat), k=k), walk=walk
        )

    def isochrone(
        self,
        origins: Starts | None = None,
        *,
        minutes: float | Sequence[float] = 15,
        layer: str | None = None,
        pace: float | None = None,
        profile: Profile = "foot",
        at_night: bool = False,
    ) -> gpd.GeoDataFrame:
        """Return how far one gets on foot.

        Parameters
        ----------
        origins : str, (lon, lat), point, list of them, or GeoDataFrame of points, optional
            Where the walks start; without any, at all open facilities of `layer`.
        minutes : float or sequence of float
            One area each.
        layer : str, optional
            Whose facilities the walks start at, or, with `origins`, whose pace is walked.
        pace : float, optional
            Walking speed in m/s; by default the layer's, or 1.3.
        profile : str
            ``"foot"``, ``"pram"`` or ``"wheelchair"``.
        at_night : bool
            Keep off ways and gates that are closed at night.

        Returns
        -------
        GeoDataFrame
            ``origin`` (the caller's index; the layer's id), ``minutes``, ``pace_m_s``,
            ``area_km2``; areas with holes, WGS84.

        Raises
        ------
        LocatorError
            As for `nearest`.

        Examples
        --------
        >>> city.isochrone("Lipowa 1", minutes=[5, 10])[["minutes", "area_km2"]].round(1)
           minutes  area_km2
        0      5.0       0.3
        1     10.0       1.2
        """
        lon, lat = self.state.city.middle if origins is not None else (None, None)
        if origins is None and layer is None:
            raise InvalidParameterError(NO_ORIGIN, parameter="origins")
        times = tuple(minutes) if isinstance(minutes, (Sequence, np.ndarray)) else (minutes,)
        asked = question(
            self.state,
            IsochroneParams,
            lon=lon,
            lat=lat,
            layer=layer,
            minutes=times,
            pace=pace,
            profile=profile,
            night=at_night,
        )
        ground = self.state.walkable_city_for(profile, at_night=at_night)
        with speaking(self.language):
            starts = None if origins is None else located(self.state.city, origins)
        return isochrone_frame(ground, starts, asked)

    # -- planners -----------------------------------------------------------------------------

    def coverage(
        self,
        layer: str,
        *,
        minutes: float | None = None,
        group: str | None = None,
        pace: float | None = None,
        people: PeopleFrom = "census",
        at: date | str | None = None,
        profile: Profile = "foot",
        **which: Unpack[Which],
    ) -> CoverageFrames:
        """Return who of an age group reaches a facility in time.

        Parameters
        ----------
        layer : str
            Id of a layer.
        minutes : float, optional
            The standard, 1 to 60 minutes on foot.
        group : str, optional
            Id of an age group.
        pace : float, optional
            Walking speed in m/s.
        people : str
            ``"census"``, or ``"register"``: the city's register of residents.
        at : date or str, optional
            Count what may have stood on this day.
        profile : str
            ``"foot"``, ``"pram"`` or ``"wheelchair"``.
        **which : object
            Which facilities count: ``ownership``, ``kind``, ``operator``, ``open_at``,
            ``step_free``.

        Returns
        -------
        CoverageFrames

        Raises
        ------
        NotFoundError, InvalidParameterError, NotComputableError
            A layer that is unknown or moves, or a question that makes no sense.

        Examples
        --------
        >>> city.coverage("nurseries", minutes=15, ownership="public").served
        40
        """
        asked = question(
            self.state,
            ReachParams,
            layer=layer,
            minutes=minutes,
            group=group,
            pace=pace,
            people=people,
            at=at,
            profile=profile,
            **which,
        )
        return CoverageFrames(self.state, asked, coverage_of(self.state, asked), self.language)

    def sites(
        self,
        layer: str,
        *,
        n: int = 5,
        minutes: float | None = None,
        objective: Objective = "cover",
        planned: bool = False,
        district: int | None = None,
        profile: Profile = "foot",
        **more: Unpack[Building],
    ) -> gpd.GeoDataFrame:
        """Return where the next facilities of a layer would do most good.

        Parameters
        ----------
        layer : str
            Id of a layer.
        n : int
            How many sites, 1 to 20.
        minutes : float, optional
            The standard.
        objective : str
            ``"cover"``, ``"median"``, ``"centre"``, ``"places"``, ``"target_share"`` or
            ``"budget"``.
        planned : bool
            Take what is being built as if it were open.
        district : int, optional
            Only sites in this district.
        profile : str
            ``"foot"``, ``"pram"`` or ``"wheelchair"``.
        **more : object
            What else may be asked (``method``, ``capacity``, ``budget``, ...) and which
            facilities count, as for `coverage`.

        Returns
        -------
        GeoDataFrame
            By ``rank``: ``name``, ``kind``, ``district``, ``gained``, between which values that
            lies (``low``, ``high``; None where that is not counted), ``total``, ``ties``; points.
            ``attrs`` has ``proven``, ``gap`` and ``bound``: how sure it is that none is better.

        Raises
        ------
        NotFoundError, InvalidParameterError, NotComputableError
            As for `coverage`.

        Examples
        --------
        >>> sites = city.sites("nurseries", n=1, minutes=5)
        >>> sites[["name", "gained", "low", "high"]]
                   name  gained  low  high
        rank
        1     Lipowa 12     3.0  1.0   3.0
        >>> sites.attrs["proven"]
        True
        """
        asked = question(
            self.state,
            SitingParams,
            layer=layer,
            n=n,
            minutes=minutes,
            objective=objective,
            planned=planned,
            district=district,
            profile=profile,
            **more,
        )
        return sites_frame(self.state, siting_of(asked))

    def scenario(
        self,
        layer: str | None = None,
        *,
        close: str | Sequence[str] = (),
        open: str | Sequence[str] = (),  # noqa: A002  (as the scenario file and the API say it)
        add: Added = (),
        move: Mapping[str, Starts] | None = None,
        planned: bool = False,
        minutes: float | None = None,
        group: str | None = None,
        pace: float | None = None,
        profile: Profile = "foot",
        name: str | None = None,
        **which: Unpack[Which],
    ) -> ScenarioFrames:
        """Return what a change to a layer would do.

        Parameters
        ----------
        layer : str, optional
            Id of a layer; by default that of the facilities that are named.
        close, open : str or sequence of str
            Ids of facilities.
        add : list of places, or GeoDataFrame of points
            New facilities; a frame may say their ``places`` and ``name``.
        move : mapping of str to place, optional
            From the id of a facility to where it goes.
        planned : bool
            Open everything that is under way.
        minutes : float, optional
            The standard after the change.
        group : str, optional
            Id of an age group.
        pace : float, optional
            The walking speed after the change, m/s.
        profile : str
            ``"foot"``, ``"pram"`` or ``"wheelchair"``.
        name : str, optional
            What the change is called.
        **which : object
            Which facilities count, before and after, as for `coverage`.

        Returns
        -------
        ScenarioFrames

        Raises
        ------
        NotFoundError, InvalidParameterError, OutsideCityError
            A facility that there is not, of another layer, or that cannot open or close; a site
            outside the city.

        Examples
        --------
        >>> change = city.scenario(move={"nurseries-3": "Rzeczna 2"})
        >>> change.gained, change.lost
        (0, 15)
        """
        city, moved = self.state.city, dict(move or {})
        closed = (*_several(close), *moved)
        layer = layer_of(city, layer, (*closed, *_several(open)))
        asked = question(
            self.state,
            ScenarioParams,
            layer=layer,
            close=closed,
            open=_several(open),
            planned=planned,
            minutes=minutes,
            group=group,
            pace=pace,
            profile=profile,
            name=name,
            **which,
        )
        with speaking(self.language):
            added = (*new_sites(city, add), *moved_sites(city, moved))
        found = comparison_of(self.state, replace(scenario_of(asked), add=added))
        return ScenarioFrames(self.state, found, self.language)

    # -- maps and graphs ----------------------------------------------------------------------

    def map(self, layer: str | Sequence[str] = (), *, closest_zoom: int = 14) -> StandaloneMap:
        """Return a map that needs no server and no network: one file has all.

        Parameters
        ----------
        layer : str or sequence of str
            Ids of layers; all by default.
        closest_zoom : int
            Up to which zoom (10 to 18) the base map is drawn from data of its own: each further
            one doubles the size of the file. Nearer the same is drawn larger.

        Returns
        -------
        StandaloneMap
            A `folium.Map`: ``save("map.html")`` writes it. Markers, popups, shapes and layers of
            folium can be added; plugins, and icons by name, are fetched from other hosts.

        Raises
        ------
        NotFoundError, InvalidParameterError
            A layer that there is not, or a zoom that is none.

        Examples
        --------
        >>> type(city.map("nurseries")).__mro__[1].__name__
        'Map'
        """
        # Not before a map is asked for: only `locator.web.map` knows folium, and it knows Flask.
        from locator.web.map.standalone import standalone_map

        chosen = _several(layer) or tuple(self.state.catalogue.layers)
        known_layers(self.state.catalogue, chosen)
        with speaking(self.language):
            return standalone_map(self.state.city, chosen, closest_zoom=closest_zoom)

    def to_networkx(
        self, *, profile: Profile = "foot", at_night: bool = False, lines: bool = False
    ) -> nx.MultiGraph[int]:
        """Return the streets as a graph of networkx, which has to be installed.

        Parameters
        ----------
        profile : str
            ``"foot"``, ``"pram"`` or ``"wheelchair"``: whose ways.
        at_night : bool
            Without ways that are closed at night.
        lines : bool
            Give each edge its line as ``geometry``, too; takes seconds in a large city.

        Returns
        -------
        networkx.MultiGraph
            Nodes have ``x`` and ``y`` (degrees), edges ``length`` (metres), ``name`` and
            ``steps``; ``crs`` is the graph's: as OSMnx has them.

        Raises
        ------
        NotComputableError
            The city has no street network, or networkx is not installed.
        """
        from locator.library.graph import street_graph

        model = self.state.walkable_city_for(profile, at_night=at_night).model
        return street_graph(self.state.city, model, lines=lines)


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
