"""A report of a neighbourhood unit: its people, its facilities, sites in it, and its range."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from locator.analysis.district_report import DistrictReport, ReportQuery, district_report
from locator.base.errors import InvalidParameterError, NotFoundError
from locator.base.i18n import speaking
from locator.city.model import City
from locator.reports.bundle import ReportFiles, file_names, write_bundle
from locator.reports.content import build_report
from locator.reports.document import Report, Table
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, walkable
from tests.tinycity import rectangle

UNITS = {
    "I.1": ("Lipowa", (0, 2000, 1000, 4000)),
    "I.2": ("Rzeczna", (1000, 2000, 3500, 4000)),
    "II.1": ("Polna", (0, 0, 3000, 2000)),
    "II.2": ("Zakole", (3000, 0, 3500, 2000)),
}
"""Offsets in metres, as in the tiny city; the first two are district 1, the others district 2."""


@pytest.fixture(scope="module")
def city(tiny: City) -> City:
    shapes = [
        {"type": "Feature", "properties": {"unit": code, "name": name}, "geometry": rectangle(*box)}
        for code, (name, box) in UNITS.items()
    ]
    units = gpd.GeoDataFrame.from_features(shapes, crs="EPSG:4326").set_index("unit")
    return replace(tiny, units=units)


@pytest.fixture(scope="module")
def walked(city: City) -> WalkableCity:
    return walkable(city, EstimateModel.from_city(city))


def of(walked: WalkableCity, **query: object) -> DistrictReport:
    return district_report(walked, ReportQuery(layer="nurseries", group="all", **query))  # type: ignore[arg-type]


def written(walked: WalkableCity, found: DistrictReport) -> Report:
    with speaking("en"):
        return build_report(walked.city, found)


def table(report: Report, name: str) -> Table:
    return next(one for part in report.sections for one in part.tables if one.name == name)


def test_units_sum_to_the_city(walked: WalkableCity) -> None:
    parts = {code: of(walked, unit=code) for code in UNITS}
    assert {code: part.scope.people for code, part in parts.items()} == {
        "I.1": 1000,
        "I.2": 400,
        "II.1": 600,
        "II.2": 100,
    }
    assert [part.scope.served for part in parts.values()] == [1000, 400, 600, 0]
    assert [part.district for part in parts.values()] == [1, 1, 2, 2]
    assert [list(part.facilities.index) for part in parts.values()] == [
        ["nurseries-1"],
        ["nurseries-2"],
        ["nurseries-3", "nurseries-4"],  # the latter on the edge, which the first unit keeps
        [],
    ]


def test_a_unit_that_is_a_district_has_its_numbers(walked: WalkableCity) -> None:
    north = gpd.GeoDataFrame(
        {"name": ["Północ"]},
        geometry=walked.city.districts.geometry.loc[[1]].to_numpy(),
        index=["I"],
        crs="EPSG:4326",
    )
    same = walkable(replace(walked.city, units=north), EstimateModel.from_city(walked.city))
    unit, district = of(same, unit="I", minutes=10), of(same, district=1, minutes=10)
    assert unit.within.scope.low == pytest.approx(district.within.scope.low)
    assert unit.within.scope.high == pytest.approx(district.within.scope.high)
    assert unit.within.scope.lowest == pytest.approx(district.within.scope.lowest)
    assert unit.within.scope.highest == pytest.approx(district.within.scope.highest)
    assert (unit.scope.served, unit.scope.people) == (district.scope.served, district.scope.people)
    assert unit.gaps["people"].tolist() == district.gaps["people"].tolist()


def test_a_report_of_a_unit_says_where_it_stands(walked: WalkableCity) -> None:
    found = of(walked, unit="II.2")
    report = written(walked, found)
    assert report.title == "Nurseries: neighbourhood unit II.2 Zakole"
    assert report.answer.startswith("0 of 100 people (0.0%; 0.0%) of the group")
    assert report.findings[0] == (
        "Within reach in the unit: 0.0%; 0.0%; in its district, II Południe: 85.7%; in the whole "
        "city: 95.2%."
    )
    assert report.recommendations[0] == (
        "Open what is under way (Żłobek w budowie): 16 people more would be within reach, 16.0% "
        "instead of 0.0%."
    )
    assert report.map is not None
    assert report.map.said == "II.2 Zakole: 0%. Gaps outlined: 1. Suggested sites: 0."
    rows = table(report, "districts").rows
    assert rows["district"].tolist() == ["II.2 Zakole", "II Południe", "the whole city"]
    assert rows["people"].tolist() == [100, 700, 2100]


def test_sites_of_a_unit_lie_in_it(walked: WalkableCity) -> None:
    found = of(walked, unit="I.1", minutes=10)
    assert found.siting is not None
    lonlat = found.siting.sites[["lon", "lat"]].to_numpy()
    xy = walked.city.projection.to_metric(lonlat) - [7_420_000, 5_550_000]
    assert len(xy)
    assert (xy[:, 0] <= 1000).all()
    assert (xy[:, 1] >= 2000).all()


def test_a_unit_without_people_or_facilities_is_said(walked: WalkableCity) -> None:
    empty = walked.city.units.assign(name="Pusto").iloc[[0]]
    empty = empty.set_geometry(
        gpd.GeoDataFrame.from_features(
            [{"type": "Feature", "properties": {}, "geometry": rectangle(1200, 3600, 1400, 3800)}],
            crs="EPSG:4326",
        ).geometry.to_numpy()
    )
    alone = walkable(replace(walked.city, units=empty), EstimateModel.from_city(walked.city))
    found = of(alone, unit="I.1")
    assert (found.scope.people, np.isnan(found.scope.share)) == (0, True)
    report = written(alone, found)
    assert report.answer.startswith("0 of 0 people")
    assert "nan" not in f"{report.findings}{report.recommendations}{report.completeness}"


def test_unknown_units_and_a_unit_in_a_district_are_refused(walked: WalkableCity) -> None:
    with pytest.raises(NotFoundError, match="no neighbourhood unit IX"):
        of(walked, unit="IX")
    with pytest.raises(InvalidParameterError, match="not about both"):
        of(walked, unit="I.1", district=1)


def test_files_of_a_unit_are_named_by_its_code_and_only_those_asked_for(
    walked: WalkableCity, tmp_path: Path
) -> None:
    files = ReportFiles(walked.city, of(walked, unit="II.2"))
    with speaking("en"):
        assert file_names(files, ["docx", "xlsx"]) == [
            "tiny-nurseries-II.2.docx",
            "tiny-nurseries-II.2.xlsx",
        ]
        paths = list(write_bundle(files, tmp_path, ["geojson"]))
    assert {path.name for path in paths} >= {"tiny-nurseries-II.2-districts.geojson"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".geojson"}
