"""The report of a scenario of the tiny city: its words, tables and files, read back."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pypdf
import pytest
from flask.testing import FlaskClient

from locator.analysis.access.gain_ranges import gain_ranges
from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import compare
from locator.analysis.scenario.findings import scenario_findings
from locator.analysis.scenario.supply import supply_change
from locator.base.i18n import speaking
from locator.reports.bundle import ScenarioFiles, bundle_files, file_names
from locator.reports.document import Table
from locator.walking.walkable_city import WalkableCity
from tests.tinycity import at

CHANGE = Scenario(
    layer="nurseries",
    group="all",
    planned=True,
    close=("nurseries-1",),
    add=(NewSite(*at(2500, 2700), 60, "Nowa", "2027-09"), NewSite(*at(500, 600), None, "")),
    name="Wariant Ą",
    note="Do rozmowy.",
)


def made(walkable_city: WalkableCity, change: Scenario) -> ScenarioFiles:
    found = compare(walkable_city, change)
    supply = supply_change(walkable_city, found)
    return ScenarioFiles(walkable_city.city, scenario_findings(walkable_city, found, supply))


@pytest.fixture(scope="module")
def files(walkable_city: WalkableCity) -> ScenarioFiles:
    return made(walkable_city, CHANGE)


def tables(files: ScenarioFiles) -> dict[str, Table]:
    with speaking("en"):
        files = replace(files)  # composed anew, in English
        return {table.name: table for part in files.report.sections for table in part.tables}


def test_the_changes_are_said_one_by_one_with_note_and_name(files: ScenarioFiles) -> None:
    with speaking("en"):
        report = replace(files).report
    assert report.title == "Nurseries: Wariant Ą"
    change = report.sections[0]
    assert change.paragraphs == ("Do rozmowy.",)
    assert change.bullets[0] == "1 place that is under way opens."
    assert change.bullets[1].startswith("Closes: Żłobek Pod Lipą, ul. Lipowa 1")
    assert change.bullets[2] == "New site 1: Nowa, places: 60 (opens: September 2027)."
    assert change.bullets[3].startswith("New site 2: 50.")


def test_the_first_page_says_what_changes_and_what_is_left(
    walkable_city: WalkableCity, files: ScenarioFiles
) -> None:
    found = files.findings.compared
    gains = gain_ranges(walkable_city, found.before, added=walkable_city.facilities.take([2]))
    with speaking("en"):
        report = replace(files, findings=replace(files.findings, gains=gains)).report
    assert report.question.endswith("New site 1: Nowa, places: 60 (opens: September 2027). …")
    assert report.map is not None and report.map.title.startswith("After: ")
    low, high = (f"{'+' if one > 0 else ''}{round(one)}" for one in (gains.low, gains.high))
    assert f"by {low} to {high} (nine of ten draws".replace("-", "−") in report.completeness
    districts = found.districts
    gained, lost = (districts[name].round() for name in ("gained", "lost"))
    title = walkable_city.city.district_titles
    assert report.findings[:2] == (
        f"Most gain in {title[gained.idxmax()]}: {gained.max():.0f} of the {found.people_gained} "
        "people gained.",
        f"Most lose in {title[lost.idxmax()]}: {lost.max():,.0f} of the {found.people_lost:,} "
        "people lost.",
    )
    assert report.recommendations[0] == (
        f"See to the {found.people_lost:,} people who would fall out of reach."
    )
    assert report.recommendations[-1] in (
        "Say how many places 1 new site would have: it adds none here.",
        "Set a date for 1 opening that has none.",
    )
    assert len(report.recommendations) == 3


def test_nothing_gained_is_a_finding(walkable_city: WalkableCity) -> None:
    with speaking("en"):
        report = made(walkable_city, Scenario(layer="nurseries", group="all")).report
    assert report.findings == ("Nobody comes within reach, and nobody falls out of it.",)
    assert report.completeness == ""


def test_districts_gain_and_lose_whole_people_and_sum_to_the_city(files: ScenarioFiles) -> None:
    found = files.findings.compared
    rows = tables(files)["districts"].rows
    city, parts = rows.iloc[-1], rows.iloc[:-1]
    for column in ("gained", "lost"):
        assert parts[column].sum() == city[column]
    assert (city["gained"], city["lost"]) == (found.people_gained, found.people_lost)
    assert (rows["served_before"] + rows["gained"] - rows["lost"] == rows["served_after"]).all()
    assert found.people_lost > 0 and found.people_gained > 0


def test_openings_come_one_after_the_other_by_their_date(
    walkable_city: WalkableCity, files: ScenarioFiles
) -> None:
    stages = files.findings.stages
    # 2027 may be its last day, after September; what has no date comes last.
    assert stages["opens"].tolist() == ["2027-09", "2027", ""]
    assert stages["names"].tolist()[:2] == [("Nowa",), ("Żłobek w budowie",)]
    # The end is the scenario, and the first stage is a scenario of its own.
    assert stages["served"].iloc[-1] == files.findings.compared.after.served
    first = compare(walkable_city, replace(CHANGE, planned=False, add=CHANGE.add[:1]))
    assert stages["served"].iloc[0] == first.after.served
    alone = compare(walkable_city, replace(CHANGE, planned=False, add=()))
    assert stages["gained"].iloc[0] == first.after.served - alone.after.served


def test_without_a_date_there_are_no_stages(walkable_city: WalkableCity) -> None:
    found = made(walkable_city, replace(CHANGE, planned=False, add=CHANGE.add[1:]))
    assert found.findings.stages.empty
    assert "stages" not in tables(found)


def test_every_place_of_the_change_is_listed_with_where_and_when(files: ScenarioFiles) -> None:
    rows = tables(files)["changes"].rows
    assert rows["change"].tolist() == ["opens", "closes", "new site", "new site"]
    assert rows["id"].tolist() == ["nurseries-4", "nurseries-1", "", ""]
    assert rows["opens"].tolist() == ["2027", "–", "September 2027", "–"]
    assert (rows["lon"].iloc[2], rows["lat"].iloc[2]) == pytest.approx(at(2500, 2700))


def test_where_people_live_is_parted_into_what_becomes_of_it(
    walkable_city: WalkableCity, files: ScenarioFiles
) -> None:
    reach = files.findings.reach
    assert reach["state"].tolist() == ["beyond", "lost", "kept", "gained"]
    demand = walkable_city.city.demand
    squares = (demand.people["all"] > 0).sum()
    area_m2 = reach.to_crs(walkable_city.city.projection.crs).area.sum()
    assert area_m2 == pytest.approx(squares * demand.size_m**2, rel=1e-3)


def test_all_files_are_written_and_hold_the_same_numbers(
    files: ScenarioFiles, tmp_path: Path
) -> None:
    with speaking("pl"):
        fresh = replace(files)
        written = dict(bundle_files(fresh))
        assert list(written) == file_names(fresh)
    stem = "tiny-nurseries-wariant-a"
    assert fresh.stem == stem
    districts = pd.read_csv(BytesIO(written[f"{stem}-districts.csv"]))
    assert districts["gained"].iloc[-1] == files.findings.compared.people_gained
    path = tmp_path / "report.gpkg"
    path.write_bytes(written[f"{stem}.gpkg"])
    assert gpd.list_layers(path)["name"].tolist() == ["districts", "areas", "changes"]
    areas = json.loads(written[f"{stem}-areas.geojson"])["features"]
    assert {one["properties"]["change"] for one in areas} == {"gained", "lost"}
    pdf = pypdf.PdfReader(BytesIO(written[f"{stem}.pdf"]))
    assert pdf.trailer["/Root"]["/Lang"] == "pl"
    words = " ".join(page.extract_text() for page in pdf.pages)
    assert "Wariant Ą" in words and "Kto zyskuje" in words


def test_a_change_of_nothing_says_so_and_can_still_be_written(walkable_city: WalkableCity) -> None:
    found = made(walkable_city, Scenario(layer="nurseries", group="all"))
    with speaking("en"):
        report = found.report
    assert report.sections[0].paragraphs == ("Nothing is changed: before and after are the same.",)
    with speaking("en"):
        assert found.pdf().startswith(b"%PDF")


def test_the_address_of_the_page_holds_the_report(client: FlaskClient) -> None:
    lat, lon = at(2500, 2700)[::-1]
    query = f"planned=1&group=all&name=Wariant+A&note=Uwaga&add={lat},{lon},60@2027-09,Nowa"
    page = client.get(f"/en/what-if/nurseries?{query}").text
    assert "/en/what-if/nurseries/report?" in page
    report = client.get(f"/en/what-if/nurseries/report?{query}")
    first = report.text.index('class="section-flat stack first-page"')
    for part in (
        "change moves the people within",
        "<h2>What was found</h2>",
        "After: who would be within",
    ):
        assert first < report.text.index(part) < report.text.index('id="part-1"'), part
    assert report.text.count("DOCX, to edit") == 1
    assert report.status_code == 200
    assert "Nurseries: Wariant A" in report.text and "September 2027" in report.text
    answer = client.get(f"/api/scenario/nurseries?{query}").json
    assert f"{answer['gained']:,} are gained" in report.text
    assert (answer["name"], answer["note"]) == ("Wariant A", "Uwaga")
    again = client.get(f"/en/what-if/nurseries/report?{query.replace('Wariant+A', 'B')}")
    assert "Nurseries: B" in again.text, "a name is not remembered from another's question"
    for kind, begins in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("gpkg", b"SQLite")):
        sent = client.get(f"/en/what-if/nurseries/report.{kind}?{query}")
        assert sent.data.startswith(begins), kind
        assert f"tiny-nurseries-wariant-a.{kind}" in sent.headers["Content-Disposition"]


def test_a_wrong_report_is_refused_with_all_that_is_wrong(client: FlaskClient) -> None:
    assert client.get("/what-if/zoo/report").status_code == 404
    assert client.get("/what-if/nurseries/report.docm").status_code == 404
    assert client.get("/what-if/nurseries/report?close=nowhere").status_code == 404
    assert client.get("/what-if/nurseries/report?minutes=-1").status_code == 400
    assert client.get("/what-if/nurseries/report?add=50.1,19.9,60@2027-13,x").status_code == 400
