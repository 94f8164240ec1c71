"""Hold what a city folder declares of itself: the city, its age groups, its layers.

Adding a layer is one entry in ``catalogue.toml`` and one GeoJSON file beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field
from pyproj import CRS

from locator.base.errors import CityFolderError, Fault
from locator.base.geo import is_metric
from locator.base.reading import FaultLog
from locator.base.toml import declared, fits, named, read_declared
from locator.city.field_types import (
    UNSAID,
    Count,
    Date,
    Flag,
    Id,
    Integer,
    Text,
    Word,
    matches,
    number,
    one_of,
    whole,
)

FILE = "catalogue.toml"
STATUSES = ("open", "under_construction", "modernisation", "planned", "closed")
PRECISIONS = ("exact", "street", "area")
GroupColumn = Literal["people", "age_0_14", "age_15_64", "age_65_plus"]
GROUP_COLUMNS = get_args(GroupColumn)
"""Columns of ``population_grid.csv`` that a group can be taken from."""
Shape = Literal["circle", "square", "diamond", "triangle", "hexagon"]
SHAPES = get_args(Shape)
Theme = Literal[
    "AGRI",
    "ECON",
    "EDUC",
    "ENER",
    "ENVI",
    "GOVE",
    "HEAL",
    "INTR",
    "JUST",
    "REGI",
    "SOCI",
    "TECH",
    "TRAN",
]
THEMES = get_args(Theme)
"""Codes of the EU's vocabulary of data themes."""

TERC = r"(0[2468]|[12][02468]|3[02])\d{4}[1-9]"
"""Two digits each for voivodeship (even numbers), powiat and commune, one for the kind of unit."""

Metric = Annotated[str, fits(is_metric), Field(description="an EPSG code in metres")]
Numbers = Annotated[tuple[Integer, ...], Field(min_length=1, description="a list of whole numbers")]
Tags = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[\w:]+=\S+$")], ...],
    Field(description="a list of texts key=value"),
]
Accepted = Annotated[
    Mapping[str, tuple[object, ...]], Field(description="columns, each with a list of values")
]


@cache
def timezones() -> frozenset[str]:
    """Return the names of all time zones; finding them takes as long as reading a small city.

    Returns
    -------
    frozenset of str
    """
    return frozenset(available_timezones())


def _is_crs(code: str) -> bool:
    try:
        CRS.from_user_input(code)
    except Exception:  # pyproj raises its own family; any of them means "not usable"
        return False
    return True


@declared
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

    id: Id
    names: Text
    column: Annotated[GroupColumn, one_of(GROUP_COLUMNS)]
    factor: Annotated[float, number(0, 10)] = 1.0
    scaled_from: Text | None = None


@declared
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
    expected_where : mapping of str to tuple
        Which facilities `expected` counts: columns of the schema, each with the values that
        count. Empty: all of the layer. So "listed of expected" compares like with like.
    municipal_where : mapping of str to tuple
        Which facilities the city runs itself, written like `expected_where`. Empty: they are not
        told apart from others that are public.
    official_list : str or None
        Address of the official list.
    moves : bool
        True for facilities on vehicles, which are never counted as fixed places.
    osm_tags : tuple of str
        OpenStreetMap tags (``"amenity=pharmacy"``) that `locator city new` fills the layer from;
        empty where the facilities come from elsewhere.
    short_names : Text or None
        For places with little room; None where `names` are short enough.
    themes : tuple of str
        Of `THEMES`, for catalogues of open data.
    """

    id: Id
    names: Text
    descriptions: Text
    icon: Annotated[str, matches(r"\S{1,3}", "one to three characters", "?")]
    shape: Annotated[Shape, one_of(SHAPES)]
    colour: Annotated[str, matches("#[0-9a-f]{6}", "#rrggbb in small letters", "#000000")]
    group: Annotated[str, Field(description="the id of a group", examples=["?"])]
    standard_min: Annotated[int, whole(1, 60)]
    pace_m_s: Annotated[float, number(0.3, 3)]
    pace_basis: Text
    expected: Count | None = None
    expected_source: Word | None = None
    expected_date: Date | None = None
    expected_note: Text | None = None
    expected_where: Accepted = field(default_factory=dict)
    municipal_where: Accepted = field(default_factory=dict)
    official_list: Word | None = None
    moves: Flag = False
    osm_tags: Tags = ()
    short_names: Text | None = None
    themes: Annotated[
        tuple[Theme, ...], Field(min_length=1, description="a list of: " + ", ".join(THEMES))
    ] = ("SOCI",)


@declared
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
    bank_a: Numbers
    bank_b: Numbers


@declared
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

    detour_one_bank: Annotated[float, number(1, 5)]
    detour_across: Annotated[float, number(1, 5)]
    calibration: Text


@declared
@dataclass(frozen=True)
class UnitCode:
    """The code that an official register gives the city; it stands in every row of a file.

    Attributes
    ----------
    scheme : str
        The register, in small letters: the name of the column (``"teryt"``).
    code : str
    source : str
        Where the code is from.
    """

    scheme: Annotated[str, matches("[a-z][_a-z0-9]{1,19}", "small letters, digits and _")]
    code: Annotated[
        str, matches("[0-9A-Za-z.-]{1,20}", "letters, digits, points, hyphens", "1261011")
    ]
    source: Annotated[str, Field(pattern=r"\S", description="where the code is from")]


@declared
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
    unit_code : UnitCode or None
        The city's code in an official register; None where none is declared.
    streets_quality : Text or None
        How good walks along the folder's own streets are; None where nobody measured it.
    facilities_margin_m : float
        How far outside the city a facility may lie.
    """

    id: Annotated[str, matches("[a-z][a-z0-9-]*", "small letters, digits and hyphens", "city")]
    names: Text
    country: Annotated[str, matches("[A-Z]{2}", "two capital letters (ISO 3166-1)", "PL")]
    timezone: Annotated[
        str,
        fits(lambda zone: zone in timezones()),
        Field(description="an IANA zone", examples=["UTC"]),
    ]
    crs_metric: Metric
    crs_export: Annotated[
        str, fits(_is_crs), Field(description="an EPSG code", examples=["EPSG:4326"])
    ]
    crs_grid: Metric
    attribution: Text
    data_date: Date
    groups: Annotated[
        Mapping[str, AgeGroup],
        BeforeValidator(named),
        Field(min_length=1, description="tables [groups.<id>]"),
    ]
    layers: Annotated[
        Mapping[str, Layer],
        BeforeValidator(named),
        Field(min_length=1, description="tables [layers.<id>]"),
    ]
    estimate: Annotated[
        Estimate,
        Field(
            description="a table [estimate]",
            examples=[{"detour_one_bank": 1.0, "detour_across": 1.0, "calibration": UNSAID}],
        ),
    ]
    river: River | None = None
    extract_url: Word | None = None
    unit_code: UnitCode | None = None
    streets_quality: Text | None = None
    facilities_margin_m: Annotated[float, number(0, 20_000)] = 1000.0


def read_catalogue(folder: Path) -> Catalogue:
    """Return what ``catalogue.toml`` of `folder` says.

    Parameters
    ----------
    folder : Path
        City folder; none of its other files is read.

    Returns
    -------
    Catalogue

    Raises
    ------
    CityFolderError
        With every fault of the file.
    """
    faults: list[Fault] = []
    catalogue = parse_catalogue(folder, FaultLog(FILE, faults))
    if faults or catalogue is None:
        raise CityFolderError(faults)
    return catalogue


def parse_catalogue(folder: Path, log: FaultLog) -> Catalogue | None:
    """Return the catalogue of `folder`, with every fault noted in `log`.

    With faults it holds what could be read, so that the other files can be checked too; it is
    None where not even that is possible.

    Parameters
    ----------
    folder : Path
        City folder.
    log : FaultLog
        Names ``catalogue.toml``, and takes its faults.

    Returns
    -------
    Catalogue or None
    """
    catalogue = read_declared(Catalogue, folder, log)
    if catalogue is None:
        return None
    for layer in catalogue.layers.values():
        where = f"layers.{layer.id}"
        if layer.group not in catalogue.groups and not log.noted(where, "group"):
            log.add(where, "group", f"is {layer.group!r}", ", ".join(catalogue.groups))
        sourced = layer.expected_source is not None or log.noted(where, "expected_source")
        if layer.expected is not None and not sourced:
            log.add(where, "expected_source", "is missing", "who says how many there are")
    code = catalogue.unit_code
    if code is not None and code.scheme == "teryt" and not re.fullmatch(TERC, code.code):
        log.add("unit_code", "code", f"is {code.code!r}", "seven digits, as in TERC")
    return catalogue
