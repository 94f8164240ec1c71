"""Load a city folder into one frozen object, or list every fault in it.

Over 350 lines by what each member of a city is, which is said where they are read and checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.base.errors import CityFolderError, Fault
from locator.base.folders import bundled
from locator.base.geo import FloatArray, IntArray, Projection
from locator.base.reading import WHOLE, FaultLog
from locator.city import added_streets as addedstreets
from locator.city import catalogue as catalogues
from locator.city import districts as areas
from locator.city import dwellings, likely_open, population
from locator.city import facilities as places
from locator.city import kinds as vocabulary
from locator.city import units as neighbourhoods
from locator.city.basemap.backdrop import Backdrop, read_backdrop
from locator.city.catalogue import AgeGroup, Catalogue
from locator.city.claims import FILE as CLAIMS
from locator.city.claims import Claims, read_claims
from locator.city.dwellings import Dwellings
from locator.city.field_types import Text
from locator.city.helplines import FILE as HELPLINES
from locator.city.helplines import Helpline, read_helplines
from locator.city.likely_open import LikelyRule
from locator.city.needs import FILE as NEEDS
from locator.city.needs import Need, read_needs
from locator.city.overrides import FILE as OVERRIDES
from locator.city.overrides import Override, overridden, read_overrides
from locator.city.points import Tables
from locator.city.population import DemandPoints
from locator.city.uncertainty import FILE as UNCERTAINTY
from locator.city.uncertainty import Uncertainty, read_uncertainty
from locator.city.usability import is_usable
from locator.city.vehicle_assignments import check_vehicles
from locator.geocoding.gazetteer import Gazetteer, build_gazetteer
from locator.geocoding.names import district_title


@dataclass(frozen=True, repr=False)
class City:
    """All that was read from a city folder.

    Attributes
    ----------
    folder : Path
    catalogue : Catalogue
    projection : Projection
        Degrees to metres and back.
    boundary : shapely geometry
        The city in WGS84 (union of the districts).
    facilities : GeoDataFrame
        Index: facility id. Columns: `locator.city.facilities.FIELDS` and ``layer``, ``address``,
        ``x``, ``y``. All layers, in catalogue order; null geometry where not located.
    districts : GeoDataFrame
        Index: number. Columns ``roman``, ``name``, ``residents``, geometry (WGS84).
    units : GeoDataFrame
        Neighbourhood units (`locator.city.units.read_units`); empty where the folder has none.
    demand : DemandPoints
    grid : DataFrame
        The census cells (`locator.city.population.read_grid`), which `demand` was spread from.
    dwellings : Dwellings or None
        What they were spread over; None where the folder does not know.
    houses : DataFrame
        The addresses and those of ``addresses.npz`` but for doubtful ones: columns ``street``,
        ``number``, ``lon``, ``lat``, ``basis``.
    addresses : DataFrame
        Columns ``street``, ``number``, ``lon``, ``lat``.
    stops : DataFrame
        Columns ``name``, ``lon``, ``lat``; the index is the stops' id in the timetable.
    crossings : DataFrame
        Columns ``name``, ``lon``, ``lat``, ``basis``; empty without a river.
    landmarks : DataFrame
        Columns ``name``, ``kind`` (``landmark`` or ``quarter``), ``lon``, ``lat``, and ``known``:
        people have other names for it, so it is well known. Empty where the folder has none.
    build_gazetteer : callable
        Without arguments: what `gazetteer` is made with.
    kinds : mapping of str to Text
        Names of the kinds of facility in every language, by what ``kind`` says.
    helplines : tuple of Helpline
        Numbers to call, the most urgent first.
    likely_open : tuple of LikelyRule
        Which places of unknown hours are likelier to be open, and why; the first that fits counts.
    needs : tuple of Need
        What people need in their own words, and where that leads.
    overrides : tuple of Override
        Corrections, already in `facilities`; later ones count over earlier ones.
    uncertainty : Uncertainty
        How far the folder's walks, places and people may be from the truth, where measured.
    claims : Claims
        What the city says that it has changed, and in which years.
    """

    folder: Path
    catalogue: Catalogue
    projection: Projection
    boundary: Any
    facilities: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    demand: DemandPoints
    grid: pd.DataFrame
    addresses: pd.DataFrame
    houses: pd.DataFrame
    stops: pd.DataFrame
    crossings: pd.DataFrame
    landmarks: pd.DataFrame
    build_gazetteer: Callable[[], Gazetteer]
    dwellings: Dwellings | None = None
    kinds: Mapping[str, Text] = field(default_factory=dict)
    likely_open: tuple[LikelyRule, ...] = ()
    helplines: tuple[Helpline, ...] = ()
    needs: tuple[Need, ...] = ()
    overrides: tuple[Override, ...] = ()
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    claims: Claims = field(default_factory=Claims)

    def __repr__(self) -> str:
        return f"<City {self.catalogue.id}: {len(self.facilities)} facilities>"

    @cached_property
    def columns(self) -> Mapping[str, Any]:
        """The columns of `facilities` as arrays of objects, what is missing or empty as None.

        Quick where single rows are read.
        """
        return dict(zip(map(str, self.facilities), self._facts.T, strict=True))

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """The ids of `facilities`: an index of pandas takes many times as long to give a few."""
        ids: npt.NDArray[np.object_] = self.facilities.index.to_numpy(object)
        return ids

    def facts(self, row: int) -> dict[str, Any]:
        """Return all that `columns` have of one of `facilities`."""
        return dict(zip(self.columns, self._facts[row].tolist(), strict=True))

    @cached_property
    def _facts(self) -> npt.NDArray[np.object_]:
        """What `columns` are views of: a row of it is read at once."""
        found = np.empty(self.facilities.shape, dtype=object)
        for column, name in enumerate(self.facilities):
            values = self.facilities[name].to_numpy(object).copy()
            values[pd.isna(values)] = None
            values[values == ""] = None
            found[:, column] = values
        return found

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The names of streets, houses and places, ready to be searched; made when first asked."""
        return self.build_gazetteer()

    @cached_property
    def house_columns(self) -> Mapping[str, Any]:
        """The columns of `houses` as arrays, for quick reading; nothing of them is copied."""
        return {str(name): values.to_numpy() for name, values in self.houses.items()}

    @cached_property
    def usable(self) -> npt.NDArray[np.bool_]:
        """For each of `facilities` whether a person can use it."""
        return is_usable(self.facilities)

    @cached_property
    def district_titles(self) -> Mapping[int, str]:
        """What each district is called, by its number."""
        known = self.districts
        numbers, roman, name = known.index.tolist(), known["roman"].tolist(), known["name"].tolist()
        return dict(zip(numbers, map(district_title, roman, name), strict=True))

    @cached_property
    def mixed_layers(self) -> frozenset[str]:
        """Ids of the layers whose facilities are not all of one kind."""
        pairs = self.facilities[["layer", "kind"]].drop_duplicates()
        several = pairs["layer"].value_counts() > 1
        return frozenset(str(layer) for layer in several.index[several])

    @cached_property
    def district_rows(self) -> IntArray:
        """Row of `districts` for each point of `demand`."""
        rows: IntArray = self.districts.index.get_indexer(self.demand.district).astype(np.int64)
        return rows

    @cached_property
    def unit_rows(self) -> IntArray:
        """Row of `units` for each point of `demand`; -1 outside all."""
        return neighbourhoods.unit_rows(self.demand.lonlat, self.units)

    @cached_property
    def unit_codes(self) -> Mapping[str, str]:
        """Code of each of `units`, by its name; of two of one name the first."""
        pairs = zip(self.units["name"], self.units.index, strict=True)
        return dict(reversed([(str(name), str(code)) for name, code in pairs]))

    @cached_property
    def unit_districts(self) -> Mapping[str, int]:
        """Number of the district that each unit lies in, by its code; 0 for none."""
        inside = self.units.geometry.representative_point()
        lonlat = np.column_stack([inside.x, inside.y]).reshape(-1, 2).astype(np.float64)
        numbers = areas.district_of(lonlat, self.districts)
        return dict(zip(self.units.index, numbers.tolist(), strict=True))

    @cached_property
    def backdrop(self) -> Backdrop:
        """The streets, waters and green that lie under small maps; read when one is drawn."""
        return read_backdrop(self.folder, self.projection)

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Lon, lat of the middle of the city, as good as any place of it for the sun."""
        west, south, east, north = self.boundary.bounds
        return (west + east) / 2, (south + north) / 2


def default_folder() -> Path:
    """Return the folder of ``LOCATOR_GEODATA``, or the ``geodata`` that come with the program.

    Returns
    -------
    Path
        Whether it is there or not.
    """
    named = os.environ.get("LOCATOR_GEODATA")
    return Path(named) if named else bundled("geodata")


def load_city(folder: Path) -> City:
    """Return the city of `folder`, everything read and checked once.

    Parameters
    ----------
    folder : Path
        City folder.

    Returns
    -------
    City

    Raises
    ------
    CityFolderError
        With every fault of every file. A folder is read wholly or not at all.
    """
    faults: list[Fault] = []
    city = _read(folder, lambda file: FaultLog(file, faults))
    if faults or city is None:
        raise CityFolderError(faults)
    return city


def _read(folder: Path, log: Callable[[str], FaultLog]) -> City | None:
    if not folder.is_dir():
        log(str(folder)).add(WHOLE, WHOLE, "is not a folder", "a city folder")
        return None
    catalogue = catalogues.parse_catalogue(folder, log(catalogues.FILE))
    grid = population.read_grid(folder, log(population.FILE))
    homes = dwellings.read_dwellings(folder, log(dwellings.FILE))
    tables = Tables.read(folder, log)
    if catalogue is None:
        return None
    projection = Projection(catalogue.crs_metric)
    districts = areas.read_districts(folder, projection, log(areas.FILE))
    boundary = None if districts is None else areas.city_boundary(districts)
    numbers = frozenset[int]() if districts is None else frozenset(districts.index)
    area = places.CityArea(boundary, projection, numbers, catalogue.facilities_margin_m)
    found = places.read_facilities(folder, catalogue.layers.values(), area, log)
    corrections = read_overrides(
        folder, log(OVERRIDES), facilities=found, layers=catalogue.layers, area=area
    )
    found = overridden(found, corrections, area)
    check_vehicles(found, tables.stops, log)
    units = neighbourhoods.read_units(folder, log(neighbourhoods.FILE))
    kinds = vocabulary.read_kinds(folder, log(vocabulary.FILE))
    vocabulary.check_kinds(found, catalogue.layers.values(), kinds, log)
    rules = likely_open.read_likely_open(folder, log(likely_open.FILE))
    uncertainty = read_uncertainty(folder, log(UNCERTAINTY))
    claims = read_claims(folder, log(CLAIMS), layers=catalogue.layers, facilities=set(found.index))
    lines = read_helplines(folder, catalogue.layers, log(HELPLINES))
    needs = read_needs(
        folder, log(NEEDS), layers=catalogue.layers, facilities=found, helplines=lines
    )
    if districts is None:
        return None
    _check_catalogue(catalogue, districts, tables, log(catalogues.FILE))
    tables.check_places(boundary, log)
    addedstreets.read_added(folder, log(addedstreets.FILE), boundary=boundary)
    if grid is None or not catalogue.groups:
        return None
    district_of = partial(areas.district_of, districts=districts)
    demand = population.disaggregate(
        grid,
        catalogue.groups,
        crs_grid=catalogue.crs_grid,
        projection=projection,
        district_of=district_of,
        dwellings=homes,
    )
    # A grid without any row is a city whose people nobody has counted: sound, and said so.
    if len(grid) and not len(demand):
        log(population.FILE).add(WHOLE, "east_km", "no cell lies in the city", "km in crs_grid")
    if homes is not None and len(grid) and demand.method == population.EVENLY:
        log(dwellings.FILE).add(WHOLE, "geometry", "no point lies in the city", "degrees, lon lat")
    if tables.stops is None or tables.addresses is None or log(WHOLE).faults:
        return None
    facilities = _fill_units(_fill_districts(found, district_of), units)
    return City(
        folder=folder,
        catalogue=catalogue,
        projection=projection,
        boundary=boundary,
        facilities=facilities,
        districts=districts,
        units=units,
        demand=demand,
        grid=grid,
        addresses=tables.addresses,
        houses=tables.certain,
        stops=tables.stops,
        crossings=tables.crossings,
        landmarks=tables.named_places,
        build_gazetteer=partial(
            build_gazetteer,
            addresses=tables.houses,
            stops=tables.stops,
            districts=districts,
            facilities=facilities,
            boundary=boundary,
            city_names=tuple(catalogue.names.values()),
            street_names=tables.street_names,
            landmarks=tables.landmarks,
            aliases=tables.aliases,
        ),
        dwellings=homes,
        kinds=kinds,
        likely_open=rules,
        helplines=lines,
        needs=needs,
        overrides=corrections,
        uncertainty=uncertainty,
        claims=claims,
    )


def spread_people(
    city: City, groups: Mapping[str, AgeGroup], homes: Dwellings | None
) -> DemandPoints:
    """Return the people of a city spread anew: over other dwellings, or (None) evenly.

    Parameters
    ----------
    city : City
    groups : mapping of str to AgeGroup
        Who is counted; need not be those of the catalogue.
    homes : Dwellings or None
        What the people of a census cell are spread over.

    Returns
    -------
    DemandPoints
    """
    return population.disaggregate(
        city.grid,
        groups,
        crs_grid=city.catalogue.crs_grid,
        projection=city.projection,
        district_of=partial(areas.district_of, districts=city.districts),
        dwellings=homes,
    )


def _check_catalogue(
    catalogue: Catalogue, districts: gpd.GeoDataFrame, tables: Tables, log: FaultLog
) -> None:
    """Note what the catalogue names and the other files do not hold."""
    for layer in catalogue.layers.values():
        for key in ("expected_where", "municipal_where"):
            for column in getattr(layer, key):
                if column not in {field.name for field in places.FIELDS}:
                    log.add(f"layers.{layer.id}", key, f"names {column!r}", "a facility field")
    river = catalogue.river
    if river is None:
        return
    for bank in ("bank_a", "bank_b"):
        for number in getattr(river, bank):
            if number not in districts.index:
                log.add("river", bank, f"names {number}", "numbers of districts")
    if set(river.bank_a) & set(river.bank_b):
        log.add("river", "bank_b", "shares districts with bank_a", "each district once")
    if tables.crossings.empty:
        log.add("river", "bank_a", "has no crossing", "crossings.csv with at least one row")


def _fill_districts(
    facilities: gpd.GeoDataFrame, district_of: Callable[[FloatArray], Any]
) -> gpd.GeoDataFrame:
    """Return the facilities with ``district`` taken from the point where none is stated."""
    filled = facilities.copy()
    located = np.flatnonzero(facilities["x"].notna() & facilities["district"].isna())
    if len(located):
        points = facilities.geometry.iloc[located]
        found = district_of(np.column_stack([points.x, points.y]))
        column = filled["district"].to_numpy(dtype=object, copy=True)
        column[located[found > 0]] = found[found > 0]
        filled["district"] = pd.array(column, dtype="Int64")
    return filled


def _fill_units(facilities: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the facilities with ``unit`` taken from the point where none is stated."""
    filled = facilities.copy()
    located = np.flatnonzero(facilities["x"].notna() & facilities["unit"].isna())
    points = facilities.geometry.iloc[located]
    column = filled["unit"].to_numpy(dtype=object, copy=True)
    column[located] = neighbourhoods.unit_names(np.column_stack([points.x, points.y]), units)
    filled["unit"] = column
    return filled
