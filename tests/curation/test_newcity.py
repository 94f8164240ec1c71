"""Another city, made of an OpenStreetMap file, end to end."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.nearest import NearestQuery, nearest
from locator.base.errors import CityFolderError, InvalidParameterError, LocatorError
from locator.city.catalogue import read_catalogue
from locator.city.model import load_city
from locator.cli.commands.city import city
from locator.curation.check import check_folder
from locator.curation.newcity import NewCity, UnsoundCityError, found_city, utm_zone
from locator.walking.choose import choose_model
from locator.walking.graph.osm import ExtractError
from locator.walking.walkable_city import walkable
from tests.osmdata import TOWN_NODES, TOWN_WAYS, helsinki, liechtenstein, write_osm
from tests.serving import client_of
from tests.tinycity import at

PLACES = {
    20: {
        "amenity": "pharmacy",
        "name": "Apteka",
        "addr:street": "Lipowa",
        "addr:housenumber": "3;5",
        "opening_hours": "Mo-Fr 08:00-18:00",
        "wheelchair": "yes",
    },
    21: {"amenity": "kindergarten", "capacity": "60", "opening_hours": "whenever"},
    22: {"emergency": "defibrillator", "operator": "Straż", "access": "yes", "indoor": "no"},
    23: {"highway": "bus_stop", "name": "Polna"},
    24: {"highway": "bus_stop"},
    25: {"amenity": "pharmacy", "name": "Za Miastem"},
}
WHERE = {
    20: (300.0, 3010.0),
    21: (510.0, 2700.0),
    22: (700.0, 2990.0),
    23: (490.0, 3300.0),
    24: (480.0, 3300.0),
    25: (9000.0, 3000.0),
}


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """The town of the walking tests, with places, addresses and stops."""
    return write_osm(tmp_path / "town.osm.pbf", TOWN_NODES | WHERE, TOWN_WAYS, PLACES)


@pytest.fixture
def boundary(tmp_path: Path) -> Path:
    corners = [at(-500, 2000), at(2500, 2000), at(2500, 4000), at(-500, 4000)]
    path = tmp_path / "boundary.geojson"
    frame = gpd.GeoDataFrame(geometry=[shapely.Polygon(corners)], crs="EPSG:4326")
    frame.to_file(path)
    return path


def asked(extract: Path, boundary: Path | None, tmp_path: Path, **more: object) -> NewCity:
    values = {
        "name": "Miasteczko",
        "extract": extract,
        "folder": tmp_path / "new",
        "boundary": boundary,
        "country": "PL",
    }
    return NewCity(**(values | more))  # type: ignore[arg-type]


def test_a_small_town_becomes_a_folder_that_loads(
    extract: Path, boundary: Path, tmp_path: Path
) -> None:
    founded = found_city(asked(extract, boundary, tmp_path))
    assert founded.facilities == {"kindergartens": 1, "pharmacies": 1, "aeds": 1}
    assert founded.left_out == ("schools", "doctors", "social_facilities", "meeting_places")
    assert (founded.unnamed, founded.addresses, founded.stops, founded.cells) == (1, 2, 1, 0)
    assert (founded.boundary_basis, founded.districts, founded.districts_mapped) == (
        "file",
        1,
        False,
    )
    assert check_folder(founded.folder) == []
    town = load_city(founded.folder)
    assert founded.city is not None
    assert founded.city.folder == founded.folder
    assert founded.city.facilities.equals(town.facilities)
    assert town.catalogue.id == "miasteczko"
    assert town.catalogue.timezone == "Europe/Warsaw"
    assert town.catalogue.crs_metric == "EPSG:32634"
    assert town.catalogue.layers["pharmacies"].osm_tags == ("amenity=pharmacy",)
    found = town.facilities
    assert found.index.tolist() == ["kindergartens-n21", "pharmacies-n20", "aeds-n22"]
    assert found["name"].tolist() == ["Kindergartens and childcare", "Apteka", "Straż"]
    assert found.loc["pharmacies-n20", "opening_hours"] == "Mo-Fr 08:00-18:00"
    assert found.loc["pharmacies-n20", "wheelchair"] == "yes"
    assert found.loc["kindergartens-n21", "hours_text"] == "whenever"
    assert found.loc["kindergartens-n21", "opening_hours"] is None
    assert found.loc["kindergartens-n21", "places"] == 60
    assert not found.loc["aeds-n22", "indoor"]
    assert set(found["source"]) == {"OpenStreetMap"}
    assert found.loc["aeds-n22", "location_source"] == "OpenStreetMap node 22"
    assert town.addresses["number"].tolist() == ["3", "5"]
    readme = (founded.folder / "README.md").read_text(encoding="utf-8")
    assert "nobody is counted" in readme
    assert "© OpenStreetMap contributors" in readme


def test_the_new_city_is_walked_along_its_streets(
    extract: Path, boundary: Path, tmp_path: Path
) -> None:
    town = load_city(found_city(asked(extract, boundary, tmp_path)).folder)
    walkable_city = walkable(town, choose_model(town))
    found = nearest(walkable_city, NearestQuery(("pharmacies",), *at(490.0, 3450.0)))
    assert found.model == "network"
    # 10 m to Polna, 450 m down it, 200 m along Lipowa, 10 m to the door.
    assert found.rows["walk_m"].tolist() == pytest.approx([670], rel=0.002)
    assert found.rows["via"].tolist() == [("Polna", "Lipowa")]


def test_people_come_from_a_given_grid(extract: Path, boundary: Path, tmp_path: Path) -> None:
    grid = tmp_path / "grid.csv"
    grid.write_text("east_km,north_km,people,other\n7420,5553,1000,x\n7900,5553,5,x\n")
    founded = found_city(
        asked(extract, boundary, tmp_path, grid=grid, grid_crs="EPSG:2178", grid_source="Invented")
    )
    assert founded.cells == 1
    town = load_city(founded.folder)
    assert list(town.catalogue.groups) == ["all"]
    assert "Invented" in town.catalogue.attribution["en"]
    result = coverage(walkable(town, choose_model(town)), CoverageQuery("pharmacies", 10))
    assert result.model == "network"
    assert result.people == pytest.approx(1000)
    assert 0 < result.served < 1000


def test_without_a_grid_coverage_says_that_nobody_is_counted(
    extract: Path, boundary: Path, tmp_path: Path
) -> None:
    town = load_city(found_city(asked(extract, boundary, tmp_path)).folder)
    assert len(town.demand) == 0
    with pytest.raises(LocatorError, match="is not known"):
        coverage(walkable(town, choose_model(town)), CoverageQuery("pharmacies", 10))


def test_a_city_without_people_addresses_or_stops_has_every_page(
    boundary: Path, tmp_path: Path
) -> None:
    places = {20: {"amenity": "pharmacy", "name": "Apteka"}}
    extract = write_osm(tmp_path / "bare.osm.pbf", TOWN_NODES | {20: WHERE[20]}, TOWN_WAYS, places)
    folder = found_city(asked(extract, boundary, tmp_path)).folder
    client = client_of(folder)
    lon, lat = at(490.0, 3450.0)
    for page in (
        "/",
        "/map",
        "/layers",
        "/layers/pharmacies",
        "/facilities/pharmacies-n20",
        f"/nearest?layer=pharmacies&lat={lat}&lon={lon}",
        "/data",
        "/about",
        "/api",
        "/api/openapi.json",
    ):
        assert client.get(page, follow_redirects=True).status_code == 200, page
    for page in ("/en/coverage", "/en/coverage/pharmacies"):
        answer = client.get(page)
        assert answer.status_code == 422
        assert "How many people of this group live here is not known" in answer.text


def test_layers_of_ones_own_name_their_tags(extract: Path, boundary: Path, tmp_path: Path) -> None:
    layers = tmp_path / "layers.toml"
    layers.write_text(
        """
[layers.heart]
osm_tags = ["emergency=defibrillator"]
icon = "H"
shape = "circle"
colour = "#123456"
group = "all"
standard_min = 5
pace_m_s = 2.0
names = { pl = "Serce", en = "Heart", uk = "Серце" }
descriptions = { pl = "AED", en = "AED", uk = "АЗД" }
pace_basis = { pl = "bieg", en = "a run", uk = "біг" }
"""
    )
    founded = found_city(asked(extract, boundary, tmp_path, layers=layers))
    assert founded.facilities == {"heart": 1}
    assert load_city(founded.folder).facilities.index.tolist() == ["heart-n22"]


def wrong_boundary(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere.geojson"
    frame = gpd.GeoDataFrame(geometry=[shapely.box(2.2, 48.8, 2.4, 48.9)], crs="EPSG:4326")
    frame.to_file(path)
    return path


def test_a_boundary_elsewhere_leaves_nothing_behind(extract: Path, tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"lies at 19\.8.* the boundary at 2\.200\.\.2\.400 E"):
        found_city(asked(extract, wrong_boundary(tmp_path), tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere.geojson", extract.name]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"boundary": None}, "give the boundary with --boundary"),
        ({"country": None}, "give --country"),
        ({"country": "US"}, "give --timezone"),
        ({"timezone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone"),
        ({"country": "Poland"}, "“Poland” is not the code of a country"),
        ({"grid_crs": "nonsense", "grid": Path("grid.csv")}, "“nonsense” is not a coordinate"),
        ({"name": "  "}, "needs a name"),
    ],
)
def test_what_cannot_be_found_out_is_asked_for(
    extract: Path, boundary: Path, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    with pytest.raises(LocatorError, match=said):
        found_city(asked(extract, **({"boundary": boundary, "tmp_path": tmp_path} | change)))  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()
    assert [path.name for path in tmp_path.glob(".new*")] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "lacks the column"),
        ("", "cannot be read as a population grid"),
        ("east_km,north_km,people\n1,1,5\n", "no cell in the city"),
    ],
)
def test_a_grid_that_does_not_fit_is_refused(
    extract: Path, boundary: Path, tmp_path: Path, content: str, said: str
) -> None:
    grid = tmp_path / "grid.csv"
    grid.write_text(content)
    with pytest.raises(ExtractError, match=said):
        found_city(asked(extract, boundary, tmp_path, grid=grid, grid_crs="EPSG:2178"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("7420,5553,-4\n", r"grid\.csv, line 2: people has to be a number and not negative: “-4”"),
        ("7420,5553,4\n7421,x,4\n", r"grid\.csv, line 3: north_km has to be a number.*“x”"),
        ("7420,5553,4\n7421,5553,\n", r"grid\.csv, line 3: people has to be a number.*“nan”"),
    ],
)
def test_what_is_no_number_is_named_by_the_line_of_the_grid(
    extract: Path, boundary: Path, tmp_path: Path, rows: str, said: str
) -> None:
    grid = tmp_path / "grid.csv"
    grid.write_text(f"east_km,north_km,people\n{rows}")
    with pytest.raises(ExtractError, match=said):
        found_city(asked(extract, boundary, tmp_path, grid=grid, grid_crs="EPSG:2178"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "[layers.x]\nicon='x'",
        "x = 1",
        "[layers]",
        "[layers.x]\nosm_tags = [5]\nnames = { en = 'X' }",
        "[layers.x]\nosm_tags = ['amenity']\nnames = { en = 'X' }",
        "[layers.'../x']\nosm_tags = ['amenity=cafe']\nnames = { en = 'X' }",
    ],
)
def test_layers_without_tags_are_refused(
    extract: Path, boundary: Path, tmp_path: Path, text: str
) -> None:
    layers = tmp_path / "layers.toml"
    layers.write_text(text)
    with pytest.raises(LocatorError, match=r"layers\.toml"):
        found_city(asked(extract, boundary, tmp_path, layers=layers))


def test_faults_of_given_layers_are_named_by_their_own_file(
    extract: Path, boundary: Path, tmp_path: Path
) -> None:
    layers = tmp_path / "layers.toml"
    layers.write_text("[layers.x]\nosm_tags = ['amenity=pharmacy']\nnames = { en = 'X' }")
    with pytest.raises(UnsoundCityError, match=r"No city folder was made.*\n  layers\.toml: "):
        found_city(asked(extract, boundary, tmp_path, layers=layers))
    assert not (tmp_path / "new").exists()


def test_a_boundary_in_metres_without_its_system_is_refused(extract: Path, tmp_path: Path) -> None:
    path = tmp_path / "metres.geojson"
    path.write_text(shapely.to_geojson(shapely.box(566000, 243000, 567000, 244000)))
    with pytest.raises(ExtractError, match="not in degrees of longitude and latitude"):
        found_city(asked(extract, path, tmp_path))


def test_an_existing_folder_is_not_touched(extract: Path, boundary: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(InvalidParameterError, match="exists already"):
        found_city(asked(extract, boundary, tmp_path))
    assert list((tmp_path / "new").iterdir()) == []


def test_a_file_that_is_no_boundary_is_named(extract: Path, tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="cannot be read as a boundary"):
        found_city(asked(extract, extract.with_name("none.geojson"), tmp_path))


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (19.9, 50.06, "EPSG:32634"),
        (24.9, 60.2, "EPSG:32635"),
        (9.5, 47.1, "EPSG:32632"),
        (-58.4, -34.6, "EPSG:32721"),
        (179.9, 10.0, "EPSG:32660"),
        (-3.0, 52.0, "EPSG:32630"),
    ],
)
def test_the_metric_system_is_the_utm_zone(lon: float, lat: float, crs: str) -> None:
    assert utm_zone(lon, lat) == crs


def test_tags_in_a_catalogue_are_checked(extract: Path, boundary: Path, tmp_path: Path) -> None:
    folder = found_city(asked(extract, boundary, tmp_path)).folder
    catalogue = folder / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace('["amenity=pharmacy"]', '"amenity"'), encoding="utf-8")
    with pytest.raises(CityFolderError, match="a list of texts key=value"):
        read_catalogue(folder)


# -- real cities ----------------------------------------------------------------------------


def test_helsinki_is_founded_by_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "helsinki"
    arguments = ["new", "Helsinki", "--from", str(helsinki()), "--folder", str(folder), "--json"]
    result = CliRunner().invoke(city, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["boundary_basis"] == "box"
    assert said["facilities"]["pharmacies"] == 6
    assert check_folder(folder) == []
    town = load_city(folder)
    assert (town.catalogue.country, town.catalogue.timezone) == ("FI", "Europe/Helsinki")
    assert town.catalogue.data_date == "2019-04-21"
    place = town.gazetteer.search("Aleksanterinkatu 15")[0]
    walkable_city = walkable(town, choose_model(town))
    found = nearest(
        walkable_city, NearestQuery(("pharmacies", "doctors"), place.lon, place.lat, k=3)
    )
    assert len(found.rows) == 6
    assert found.model == "network"
    assert "Aleksanterinkatu" in {street for via in found.rows["via"] for street in via}


@pytest.mark.real_data
def test_liechtenstein_has_its_eleven_municipalities(tmp_path: Path) -> None:
    founded = found_city(NewCity("Liechtenstein", liechtenstein(), tmp_path / "li"))
    assert (founded.boundary_basis, founded.districts) == ("mapped", 11)
    assert founded.facilities["kindergartens"] == 20
    country = load_city(founded.folder)
    assert country.districts["name"].tolist()[-1] == "Vaduz"
    assert country.catalogue.names["uk"] == "Ліхтенштейн"
    place = country.gazetteer.search("Äulestrasse 30")[0]
    walkable_city = walkable(country, choose_model(country))
    found = nearest(walkable_city, NearestQuery(("doctors",), place.lon, place.lat, k=2))
    assert (found.rows["walk_m"] > 0).all()
    assert all(found.rows["via"])
