"""Hold what a city folder declares of itself: the city, its age groups, its layers.

Adding a layer is one entry in ``catalogue.toml`` and one GeoJSON file beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("pl", "en", "uk")

STATUSES = ("open", "under_construction", "modernisation", "planned", "closed")
PRECISIONS = ("exact", "street", "area")
SHAPES = ("circle", "square", "diamond", "triangle", "hexagon")

Text = Mapping[str, str]
"""One text in several languages: ``{"pl": ..., "en": ..., "uk": ...}``."""


@dataclass(frozen=True)
class AgeGroup:
    """People of an age span, as the census grid allows them to be counted.

    Attributes
    ----------
    id : str
        E.g. ``"age_60_plus"``.
    names : Text
        Name in each language.
    column : str
        Column of the census grid that it is taken from.
    factor : float
        What the column is multiplied with; 1.0 where nothing is scaled.
    scaled_from : Text or None
        How the factor was found, in each language; None where nothing is scaled.
    """

    id: str
    names: Text
    column: str
    factor: float = 1.0
    scaled_from: Text | None = None


@dataclass(frozen=True)
class Layer:
    """One kind of facility.

    Attributes
    ----------
    id : str
        Also the name of its file, ``<id>.geojson``.
    names, descriptions : Text
        In each language.
    icon : str
        Short glyph or letters drawn inside the marker (colour never stands alone).
    shape : str
        One of `SHAPES`.
    colour : str
        ``#rrggbb``.
    group : str
        Id of the age group whose coverage counts.
    standard_min : int
        Walking minutes that count as served.
    pace_m_s : float
        Default walking speed.
    pace_basis : Text
        Whose pace that is ("a senior's pace").
    expected : int or None
        How many there are in truth; None where no source says.
    expected_source, expected_date : str or None
        Who says so, and when.
    expected_note : Text or None
        What exactly is counted.
    official_list : str or None
        Address of the official list.
    moves : bool
        True for facilities on vehicles, which are never counted as fixed places.
    """

    id: str
    names: Text
    descriptions: Text
    icon: str
    shape: str
    colour: str
    group: str
    standard_min: int
    pace_m_s: float
    pace_basis: Text
    expected: int | None = None
    expected_source: str | None = None
    expected_date: str | None = None
    expected_note: Text | None = None
    official_list: str | None = None
    moves: bool = False


@dataclass(frozen=True)
class River:
    """A river that is crossed on foot only at its crossings.

    Attributes
    ----------
    names : Text
        In each language.
    bank_a, bank_b : tuple of int
        District numbers on either bank; their shared boundary is the river.
    """

    names: Text
    bank_a: tuple[int, ...]
    bank_b: tuple[int, ...]


@dataclass(frozen=True)
class Estimate:
    """Calibrated parameters of the walking estimate (see `locator.walking.estimate`).

    Attributes
    ----------
    detour_one_bank, detour_across : float
        Walked metres per straight metre on one bank; per metre of the way through a crossing.
    calibration : Text
        What they were calibrated on, and how well they did, in each language.
    """

    detour_one_bank: float
    detour_across: float
    calibration: Text


@dataclass(frozen=True)
class Catalogue:
    """Everything ``catalogue.toml`` says.

    Attributes
    ----------
    id, names, country, timezone : str
        The city; `country` is ISO 3166-1 alpha-2 (public holidays).
    crs_metric, crs_export, crs_grid : str
        EPSG codes: metres inside, national exports, the census grid.
    attribution : Text
        What must stand on every map.
    data_date : str
        Date of the folder as a whole, ISO 8601.
    groups : mapping of str to AgeGroup
    layers : mapping of str to Layer
        In the order of the file.
    river : River or None
    estimate : Estimate
    extract_url : str or None
        Where the regional OpenStreetMap extract is to be had.
    """

    id: str
    names: Text
    country: str
    timezone: str
    crs_metric: str
    crs_export: str
    crs_grid: str
    attribution: Text
    data_date: str
    groups: Mapping[str, AgeGroup]
    layers: Mapping[str, Layer]
    river: River | None
    estimate: Estimate
    extract_url: str | None = None
