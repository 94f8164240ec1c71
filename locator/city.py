"""Load a city folder into one frozen object, or list every fault in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from locator.catalogue import Catalogue
from locator.geo import Projection
from locator.population import DemandPoints


@dataclass(frozen=True)
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
        Index: facility id. Columns: `locator.facilities.FIELDS` and ``layer``, ``address``,
        ``x``, ``y``. All layers, in catalogue order; null geometry where not located.
    districts : GeoDataFrame
        Index: number. Columns ``roman``, ``name``, ``residents``, geometry (WGS84).
    demand : DemandPoints
    addresses : DataFrame
        Columns ``street``, ``number``, ``lon``, ``lat``.
    stops : DataFrame
        Columns ``name``, ``lon``, ``lat``; the index is the one that the timetable refers to.
    crossings : DataFrame
        Columns ``name``, ``lon``, ``lat``, ``basis``; empty without a river.
    gazetteer : locator.gazetteer.Gazetteer
        Ready to search.
    """

    folder: Path
    catalogue: Catalogue
    projection: Projection
    boundary: Any
    facilities: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    demand: DemandPoints
    addresses: pd.DataFrame
    stops: pd.DataFrame
    crossings: pd.DataFrame
    gazetteer: Any
