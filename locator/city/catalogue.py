"""Hold what a city folder declares of itself: the city, its age groups, its layers.

Adding a layer is one entry in ``catalogue.toml`` and one GeoJSON file beside it. Over 350 lines,
because one file is read and checked in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from pyproj import CRS

from locator.base.errors import CityFolderError, Fault
from locator.base.geo import is_metric
from locator.base.reading import WHOLE, FaultLog, is_iso_date, read_toml
from locator.city.toml_section import Section

FILE = "catalogue.toml"
LANGUAGES = ("pl", "en", "uk")

STATUSES = ("open", "under_construction", "modernisation", "planned", "closed")
PRECISIONS = ("exact", "street", "area")
GROUP_COLUMNS = ("people", "age_0_14", "age_15_64", "age_65_plus")
"""Columns of ``population_grid.csv`` that a group can be taken from."""
SHAPES = ("circle", "square", "diamond", "triangle", "hexagon")

TERC = r"(0[2468]|[12][02468]|3[02])\d{4}[1-9]"
"""Two digits each for voivodeship (even numbers), powiat and commune, one for the kind of unit."""

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
    expected_where: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    municipal_where: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    official_list: str | None = None
    moves: bool = False
    osm_tags: tuple[str, ...] = ()


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

    scheme: str
    code: str
    source: str


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
    unit_code: UnitCode | None = None
    streets_quality: Text | None = None


def read_catalogue(folder: Path) -> Catalogue:
    """Return what ``catalogue.toml`` of `folder` says.

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
    """
    content = read_toml(folder, log)
    if content is None:
        return None
    top = Section(content, WHOLE, log, LANGUAGES)
    groups = {key: _group(section) for key, section in top.sections("groups").items()}
    layers = {key: _layer(section, groups) for key, section in top.sections("layers").items()}
    catalogue = Catalogue(
        id=top.pattern("id", r"[a-z][a-z0-9-]*", "small letters, digits and hyphens"),
        names=top.texts("names"),
        country=top.pattern("country", r"[A-Z]{2}", "two capital letters (ISO 3166-1)"),
        timezone=top.checked("timezone", lambda v: v in available_timezones(), "an IANA zone"),
        crs_metric=top.checked("crs_metric", is_metric, "an EPSG code in metres"),
        crs_export=top.checked("crs_export", _is_crs, "an EPSG code"),
        crs_grid=top.checked("crs_grid", is_metric, "an EPSG code in metres"),
        attribution=top.texts("attribution"),
        data_date=top.checked("data_date", is_iso_date, "an ISO 8601 date"),
        groups=groups,
        layers=layers,
        river=_river(top.section("river")) if "river" in content else None,
        estimate=_estimate(top.section("estimate")),
        streets_quality=top.texts("streets_quality") if top.has("streets_quality") else None,
        extract_url=top.optional("extract_url"),
        unit_code=_unit_code(top.section("unit_code")) if "unit_code" in content else None,
    )
    top.refuse_others()
    return catalogue if catalogue.crs_metric and catalogue.crs_grid else None


def _group(section: Section) -> AgeGroup:
    group = AgeGroup(
        id=section.where.rpartition(".")[2],
        names=section.texts("names"),
        column=section.checked("column", lambda v: v in GROUP_COLUMNS, ", ".join(GROUP_COLUMNS))
        or GROUP_COLUMNS[0],
        factor=section.number("factor", 0.0, 10.0, default=1.0),
        scaled_from=section.texts("scaled_from") if section.has("scaled_from") else None,
    )
    section.refuse_others()
    return group


def _layer(section: Section, groups: Mapping[str, AgeGroup]) -> Layer:
    layer = Layer(
        id=section.where.rpartition(".")[2],
        names=section.texts("names"),
        descriptions=section.texts("descriptions"),
        icon=section.pattern("icon", r"\S{1,3}", "one to three characters"),
        shape=section.checked("shape", lambda v: v in SHAPES, ", ".join(SHAPES)),
        colour=section.pattern("colour", r"#[0-9a-f]{6}", "#rrggbb in small letters"),
        group=section.checked("group", lambda v: v in groups, ", ".join(groups) or "a group"),
        standard_min=section.whole("standard_min", 1, 60),
        pace_m_s=section.number("pace_m_s", 0.3, 3.0),
        pace_basis=section.texts("pace_basis"),
        expected=section.count("expected"),
        expected_source=section.optional("expected_source"),
        expected_date=section.optional_date("expected_date"),
        expected_note=section.texts("expected_note") if section.has("expected_note") else None,
        expected_where=section.choices("expected_where"),
        municipal_where=section.choices("municipal_where"),
        official_list=section.optional("official_list"),
        moves=section.flag("moves"),
        osm_tags=section.tags("osm_tags"),
    )
    if layer.expected is not None and layer.expected_source is None:
        section.fault("expected_source", "is missing", "who says how many there are")
    section.refuse_others()
    return layer


def _river(section: Section) -> River:
    river = River(
        names=section.texts("names"),
        bank_a=section.integers("bank_a"),
        bank_b=section.integers("bank_b"),
    )
    section.refuse_others()
    return river


def _estimate(section: Section) -> Estimate:
    estimate = Estimate(
        detour_one_bank=section.number("detour_one_bank", 1.0, 5.0),
        detour_across=section.number("detour_across", 1.0, 5.0),
        calibration=section.texts("calibration"),
    )
    section.refuse_others()
    return estimate


def _unit_code(section: Section) -> UnitCode:
    scheme = section.pattern("scheme", r"[a-z][a-z0-9_]{1,19}", "small letters, digits and _")
    code = (
        section.pattern("code", TERC, "seven digits, as in TERC")
        if scheme == "teryt"
        else section.pattern("code", r"[0-9A-Za-z.-]{1,20}", "letters, digits, points, hyphens")
    )
    unit_code = UnitCode(scheme, code, section.checked("source", bool, "where the code is from"))
    section.refuse_others()
    return unit_code


def _is_crs(code: str) -> bool:
    try:
        CRS.from_user_input(code)
    except Exception:  # pyproj raises its own family; any of them means "not usable"
        return False
    return True
