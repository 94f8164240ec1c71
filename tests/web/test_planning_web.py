"""The workbench in the browser's language: what if, where next, reports; right and wrong input."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pypdf
import pytest
from flask.testing import FlaskClient

from locator.analysis.scenario.change import NewSite, Scenario
from locator.api.parsing import Pairs, parse
from locator.api.planning_queries import ScenarioParams, scenario_of, scenario_texts
from locator.city.facility_filter import FacilityFilter


def test_the_workbench_offers_layers_that_stand_still(client: FlaskClient) -> None:
    page = client.get("/en/what-if").text
    assert "/en/what-if/nurseries?planned=1" in page
    assert "/what-if/vehicles" not in page


def test_nothing_changed_yet_says_so_and_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/en/what-if/nurseries?group=all").text
    assert "Nothing is changed yet" in page
    assert "Show the change" in page


def test_page_and_api_give_the_same_numbers(client: FlaskClient) -> None:
    query = "planned=1&group=all"
    answer = client.get(f"/api/scenario/nurseries?{query}").json
    page = client.get(f"/en/what-if/nurseries?{query}").text
    assert answer["after"]["served"] - answer["before"]["served"] == answer["gained"]
    assert answer["opened"] == ["nurseries-4"]
    assert (
        f"{answer['after']['served']:,} people within reach instead of "
        f"{answer['before']['served']:,}"
    ) in page
    assert sum(d["difference"] for d in answer["districts"]) == answer["gained"]


def test_a_site_in_words_becomes_part_of_the_address(client: FlaskClient) -> None:
    answer = client.get(
        "/what-if/nurseries?site=Polna 3&site_places=20&group=all&close=nurseries-1"
    )
    assert answer.status_code == 303
    target = answer.headers["Location"]
    assert "add=" in target
    assert "20,Polna" in target.replace("%2C", ",")
    assert "close=nurseries-1" in target
    assert "site=" not in target
    assert client.get(target.split("#")[0]).status_code == 200


def test_a_click_on_the_map_becomes_part_of_the_address(client: FlaskClient) -> None:
    facilities = client.get("/api/layers/nurseries").json["features"]
    lon, lat = facilities[0]["geometry"]["coordinates"]
    answer = client.get(f"/what-if/nurseries?lat={lat}&lon={lon}")
    assert answer.status_code == 303
    assert f"add={lat:.5f},{lon:.5f}" in answer.headers["Location"].replace("%2C", ",")


def test_the_map_of_a_change_has_its_areas_and_its_sites(client: FlaskClient) -> None:
    facilities = client.get("/api/layers/nurseries").json["features"]
    lon, lat = facilities[0]["geometry"]["coordinates"]
    query = f"planned=1&group=all&add={lat},{lon},10,Nowy"
    (site,) = client.get(f"/what-if/nurseries/sites.geojson?{query}").json["features"]
    assert (site["properties"]["name"], site["properties"]["mark"]) == ("Nowy", "1")
    assert site["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-5)
    places = client.get(f"/what-if/nurseries/places.geojson?{query}").json["features"]
    assert "nurseries-4" in {place["id"] for place in places}
    areas = client.get(f"/what-if/nurseries/areas.geojson?{query}").json["features"]
    assert {area["properties"]["kind"] for area in areas} == {"area", "gap"}
    assert all(area["properties"]["lines"] for area in areas)


def test_the_file_of_a_scenario_holds_what_the_address_holds(client: FlaskClient) -> None:
    answer = client.get("/what-if/nurseries/scenario.json?close=nurseries-1&minutes=10&pace=1.2")
    data = json.loads(answer.data)
    assert data["close"] == ["nurseries-1"]
    assert (data["minutes"], data["pace_m_s"], data["layer"]) == (10, 1.2, "nurseries")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_places_are_asked_for_on_page_and_api_alike(client: FlaskClient) -> None:
    query = "group=all&objective=places&capacity=25&demand_percent=5&n=2"
    answer = client.get(f"/api/sites/nurseries?{query}").json
    # One in twenty of 2100; 80 of them have a place: 20, 20 and 40 of 90 (test_siting_places).
    assert (answer["people"], answer["unserved_before"]) == (105, 25)
    assert (answer["demand_percent"], answer["capacity"], answer["places_unknown"]) == (5, 25, 0)
    page = client.get(f"/en/where-next/nurseries?{query}").text
    assert "of the 25 people who have none within reach" in page
    assert f"{answer['sites'][0]['gained']}</td>" in page
    assert "add=" in page and ",25," in page.replace("%2C", ","), "a what-if has the places"
    lost = client.get(f"/api/closures/nurseries?{query.replace('capacity=25&', '')}").json
    assert [one["lost"] for one in lost["facilities"]] == [20, 20]
    assert "People left without a place" in page


def test_the_longest_walk_is_asked_for_on_page_and_api_alike(client: FlaskClient) -> None:
    query = "group=all&objective=centre&n=2&minutes=5"
    answer = client.get(f"/api/sites/nurseries?{query}").json
    after = answer["longest_before_s"] / 60 - answer["sites"][-1]["total"]
    assert 0 < after < answer["longest_before_s"] / 60
    page = client.get(f"/en/where-next/nurseries?{query}").text
    assert "2 new sites would make the longest walk" in page
    nobody = client.get("/en/where-next/nurseries?group=all&objective=centre").text
    assert "No site makes the longest walk shorter" in nobody


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("scenario/nurseries?close=nurseries-99", 404, "close"),
        ("scenario/nurseries?open=nurseries-1", 400, "open"),
        ("scenario/nurseries?add=50.05", 400, "add"),
        ("scenario/nurseries?add=10,10", 422, "add"),
        ("scenario/nurseries?add=50.1,19.88,-3", 400, "add"),
        ("scenario/nurseries?minutes=-5", 400, "minutes"),
        ("scenario/zoo", 404, "layer"),
        ("scenario/vehicles", 422, "layer"),
        ("sites/nurseries?n=0", 400, "n"),
        ("sites/nurseries?n=500", 400, "n"),
        ("sites/nurseries?capacity=-3", 400, "capacity"),
        ("sites/nurseries?objective=median&capacity=20", 422, "capacity"),
        ("sites/nurseries?objective=centre&capacity=20", 422, "capacity"),
        ("sites/nurseries?demand_percent=40", 422, "demand_percent"),
        ("sites/nurseries?objective=places&demand_percent=0", 400, "demand_percent"),
        ("sites/aeds?objective=places", 422, "layer"),
        ("sites/nurseries?district=77", 404, "district"),
        ("sites/nurseries?avoid=1&avoid=77", 404, "avoid"),
        ("sites/nurseries?avoid=IV", 400, "avoid"),
        ("sites/nurseries?avoid=1&avoid=2", 422, None),
        ("supply/aeds", 422, "layer"),
        ("supply/nurseries?district=77", 404, "district"),
    ],
)
def test_wrong_questions_name_the_parameter(
    client: FlaskClient, path: str, status: int, parameter: str | None
) -> None:
    answer = client.get(f"/api/{path}")
    assert (answer.status_code, answer.json["error"].get("parameter")) == (status, parameter)
    page = client.get(f"/{path.replace('scenario', 'what-if').replace('sites', 'where-next')}")
    assert page.status_code in (status, 404)


def test_markup_in_a_sites_name_stays_text(client: FlaskClient) -> None:
    facilities = client.get("/api/layers/nurseries").json["features"]
    lon, lat = facilities[0]["geometry"]["coordinates"]
    page = client.get(f"/what-if/nurseries?add={lat},{lon},5,<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_sites_page_and_api_agree(client: FlaskClient) -> None:
    answer = client.get("/api/sites/nurseries?n=2&minutes=10&group=all").json
    page = client.get("/en/where-next/nurseries?n=2&minutes=10&group=all").text
    assert len(answer["sites"]) == 2
    for site in answer["sites"]:
        assert site["name"] in page
    assert f"would serve {answer['sites'][-1]['total']:,} of the" in page


def test_no_site_stands_in_an_avoided_district(client: FlaskClient) -> None:
    question = "/api/sites/nurseries?n=2&minutes=10&group=all"
    answer = client.get(f"{question}&avoid=2&avoid=2").json
    assert answer["avoid"] == [2]
    assert {site["district"] for site in answer["sites"]} == {1}
    assert client.get(question).json["avoid"] == []


def test_a_wrong_district_among_several_is_quoted(client: FlaskClient) -> None:
    error = client.get("/api/sites/nurseries?avoid=1&avoid=-3").json["error"]
    assert "od 1 do 999" in error["message"]
    assert "-3" in error["message"]
    many = "&".join(f"avoid={number}" for number in range(1, 60))
    assert "50" in client.get(f"/api/sites/nurseries?{many}").json["error"]["message"]


def test_supply_sums_over_districts(client: FlaskClient) -> None:
    answer = client.get("/api/supply/nurseries?group=all").json
    assert answer["places"] == 90
    assert sum(d["people"] for d in answer["districts"]) == 2100


@pytest.mark.parametrize("language", ["", "/en", "/uk"])
def test_a_report_reads_in_every_language(client: FlaskClient, language: str) -> None:
    page = client.get(f"{language}/report/nurseries?group=all")
    assert page.status_code == 200
    assert page.text.count('<svg class="drawing"') == 4
    assert "style=" not in page.text


def test_a_report_as_files(client: FlaskClient, tmp_path: Path) -> None:
    pdf = client.get("/en/report/nurseries.pdf?district=2&group=all")
    assert pdf.mimetype == "application/pdf"
    assert "tiny-nurseries-II.pdf" in pdf.headers["Content-Disposition"]
    first, second = (
        " ".join(page.extract_text().split())
        for page in pypdf.PdfReader(BytesIO(pdf.data)).pages[:2]
    )
    assert "What follows from it" in first
    assert "Walks to the nearest facility" in first, "the map is on the first page"
    assert second.startswith("Where people are left out")
    assert client.get("/report/nurseries.docx").data.startswith(b"PK")
    assert client.get("/report/nurseries.xlsx").data.startswith(b"PK")
    assert client.get("/report/nurseries.gpkg").data.startswith(b"SQLite format 3")
    assert client.get("/report/nurseries.doc").status_code == 404
    assert client.get("/report/nurseries?district=99").status_code == 404
    assert client.get("/report/nurseries.pdf?unit=IX.9").status_code == 404
    assert "neighbourhood unit IX.9" in client.get("/en/report/nurseries?unit=IX.9").text


def test_a_wrong_entry_is_told_on_the_page_and_the_rest_is_kept(client: FlaskClient) -> None:
    answer = client.get("/en/what-if/nurseries?site=Nowhere&site_places=20&planned=1&group=all")
    assert answer.status_code == 400
    page = answer.text
    assert "No place is called Nowhere" in page
    assert 'name="planned" value="1" checked' in page
    assert 'value="Nowhere" aria-invalid="true" aria-describedby="problems"' in page
    assert 'inputmode="numeric" value="20"' in page
    assert "people within reach instead of" in page


def test_one_wrong_id_does_not_take_the_right_one_with_it(client: FlaskClient) -> None:
    answer = client.get("/en/what-if/nurseries?close=nurseries-1&close=nurseries-99")
    assert answer.status_code == 404
    assert "nurseries-99" in answer.text
    assert 'name="close" value="nurseries-1" checked' in answer.text


def test_a_wrong_number_of_places_keeps_the_site_in_its_field(client: FlaskClient) -> None:
    answer = client.get("/en/what-if/nurseries?site=Polna 3&site_places=-3")
    assert answer.status_code == 400
    assert "“Its places” has to be a whole number from 1 to 5000" in answer.text
    assert 'value="Polna 3"' in answer.text


def test_a_site_that_does_not_end_is_told_in_characters(client: FlaskClient) -> None:
    answer = client.get(f"/api/scenario/nurseries?add={'x' * 10_000}")
    assert answer.status_code == 400
    assert "160" in answer.json["error"]["message"]


def test_a_wrong_number_of_sites_is_kept_in_the_form(client: FlaskClient) -> None:
    answer = client.get("/en/where-next/nurseries?n=500&group=all&minutes=10")
    assert answer.status_code == 400
    assert "“How many sites” has to be a whole number from 1 to 20" in answer.text
    assert 'value="500"' in answer.text


def test_the_address_holds_no_more_than_the_change(client: FlaskClient) -> None:
    answer = client.get("/what-if/nurseries?site=&site_places=&planned=1&minutes=5&pace=")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/what-if/nurseries?planned=1&minutes=5"


def test_the_address_of_new_sites_holds_no_more_than_the_question(client: FlaskClient) -> None:
    answer = client.get(
        "/where-next/nurseries?n=5&objective=cover&district=&capacity=&minutes=10&group=all&pace="
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/where-next/nurseries?minutes=10&group=all"
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "name", ["layer_id", "endpoint", "_external", "_anchor", "_scheme", "self"]
)
@pytest.mark.parametrize("path", ["what-if", "where-next"])
def test_names_that_links_are_made_of_do_no_harm(client: FlaskClient, path: str, name: str) -> None:
    answer = client.get(f"/{path}/nurseries?{name}=x&minutes=10&pace=&group=all")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/{path}/nurseries?minutes=10&group=all"
    added = client.get(f"/what-if/nurseries?{name}=x&site=Polna 3&group=all")
    assert added.status_code == 303
    assert name not in added.headers["Location"].partition("?")[2].partition("#")[0]


@pytest.mark.parametrize("name", ["layer_id", "endpoint", "_external", "_anchor", "_method"])
@pytest.mark.parametrize("path", ["coverage", "coverage/nurseries", "report/nurseries"])
def test_such_names_do_no_harm_where_a_table_is_sorted(
    client: FlaskClient, path: str, name: str
) -> None:
    answer = client.get(f"/{path}?{name}=x&group=all&sort=share&minutes=10")
    assert answer.status_code == 200
    # The links to other languages keep the address as it is; those of the page do not.
    assert f"{name}=x" not in answer.text.partition("<main")[2]


def test_the_twenty_first_site_is_one_too_many(client: FlaskClient) -> None:
    adds = "&".join("add=50.06,19.9" for _ in range(20))
    answer = client.get(f"/en/what-if/nurseries?site=Polna 3&{adds}")
    assert "At most 20 sites can be added" in answer.text


def test_the_bars_of_further_sites_say_what_the_table_says(client: FlaskClient) -> None:
    page = client.get("/en/where-next/nurseries?n=2&minutes=10&group=all").text
    drawing = page[page.index('<svg class="drawing"') :].partition("</svg>")[0]
    assert 'aria-label="What each further site adds"' in drawing
    gained = client.get("/api/sites/nurseries?n=2&minutes=10&group=all").json["sites"]
    assert all(f">+{site['gained']}<" in drawing for site in gained)


def test_a_report_takes_standard_group_and_pace(client: FlaskClient) -> None:
    page = client.get("/en/report/nurseries?district=&minutes=5&group=all&pace=0.9").text
    assert "/en/report/nurseries.pdf?minutes=5&amp;group=all&amp;pace=0.9" in page
    assert '<option value="5" selected>' in page
    assert '<option value="all" selected>' in page


def test_districts_to_be_left_out_are_ticks_that_stay_and_are_named(client: FlaskClient) -> None:
    query = "n=1&minutes=10&group=all"
    page = client.get(f"/en/where-next/nurseries?{query}&avoid=1").text
    assert 'name="avoid" value="1" checked' in page
    assert 'name="avoid" value="2">' in page
    assert "No site in: I Północ." in page
    (site,) = client.get(f"/api/sites/nurseries?{query}&avoid=1").json["sites"]
    assert site["district"] == 2
    assert site["name"] in page
    assert "No site in:" not in client.get(f"/en/where-next/nurseries?{query}").text


def test_a_district_that_is_not_there_leaves_the_others_out(client: FlaskClient) -> None:
    answer = client.get("/en/where-next/nurseries?group=all&avoid=1&avoid=77")
    assert answer.status_code == 404
    assert "There is no district 77" in answer.text
    assert 'name="avoid" value="1" checked' in answer.text


def test_all_that_is_wrong_is_told_on_the_page_and_all_that_is_right_is_kept(
    client: FlaskClient,
) -> None:
    query = "group=crowd&minutes=900&avoid=77&avoid=1&pace=1.5&n=3"
    answer = client.get(f"/en/where-next/nurseries?{query}")
    assert answer.status_code == 400
    for words in ("“Group of people” has to be", "“Minutes on foot” has to be", "no district 77"):
        assert answer.text.count(words) == 1
    assert 'name="avoid" value="1" checked' in answer.text
    assert 'name="avoid" value="77"' not in answer.text


def test_leaving_every_district_out_is_told_on_the_page(client: FlaskClient) -> None:
    answer = client.get("/en/where-next/nurseries?group=all&avoid=1&avoid=2")
    assert answer.status_code == 422
    assert "No candidate site is left" in answer.text
    assert "<legend>No new site here" in answer.text


def test_a_move_is_tried_as_one_change(client: FlaskClient) -> None:
    page = client.get("/en/where-next/aeds").text
    moves = page[page.index('id="moves-title"') :]
    address = unescape(re.search(r'class="link-row no-print" href="([^"]+)"', moves)[1])
    assert "close=aeds-" in address
    assert "add=" in address
    lost, gained, net = re.findall(r'class="num">([^<]+)</td>', moves)[:3]
    changed = client.get(address)
    assert changed.status_code == 200
    answer = client.get(address.replace("/en/what-if/", "/api/scenario/")).json
    assert [lost, gained] == [f"{answer['lost']:,}", f"{answer['gained']:,}"]
    assert net == f"+{answer['gained'] - answer['lost']:,}"


def test_the_overview_counts_what_its_shares_count(client: FlaskClient) -> None:
    counted = client.get("/api/coverage/nurseries").json["counted"]
    page = client.get("/en/coverage?sort=counted&order=desc").text
    assert f'data-value="{counted}">{counted} <span class="hint">of 5</span>' in page
    report = client.get("/en/coverage/nurseries").text
    assert f"Counted: {counted} of 5 listed places, those that are open and on the map." in report
    assert "The official count is 4; of these," in report
    assert "There is no official count." in client.get("/en/coverage/aeds").text


@pytest.mark.parametrize(
    "path",
    ["/coverage/nurseries", "/what-if/nurseries", "/where-next/nurseries", "/report/nurseries"],
)
def test_the_pages_of_a_service_lead_to_each_other(client: FlaskClient, path: str) -> None:
    page = client.get(f"/en{path}?minutes=10&group=all").text
    steps = page[page.index('<nav class="steps') :].partition("</nav>")[0]
    links = re.findall(r'href="([^"]+)"( aria-current="page")?', steps)
    assert [unescape(address).partition("?")[0] for address, _ in links] == [
        f"/en/{name}/nurseries" for name in ("coverage", "what-if", "where-next", "report")
    ]
    (here,) = [unescape(address) for address, current in links if current]
    assert here == f"/en{path}?minutes=10&group=all"
    assert all(unescape(address).endswith("?minutes=10&group=all") for address, _ in links)


def test_where_next_answers_a_share_and_a_budget_and_says_what_they_lack(
    client: FlaskClient,
) -> None:
    asked = "/en/where-next/nurseries?minutes=10&group=all"
    share = client.get(f"{asked}&objective=target_share&target_percent=80").text
    assert "3 new sites are enough for 80.0% of all people within reach: then 81.5% are." in share
    assert "No choice of fewer sites reaches the share: this is proven." in share
    money = client.get(f"{asked}&objective=budget&budget=5&price=2&price_in=1:3+2:4").text
    assert "The sites cost 3 of 5." in money and 'value="1:3 2:4"' in money
    lacking = client.get(f"{asked}&objective=budget&budget=5")
    assert lacking.status_code == 400
    assert "Say how much money there is (budget) and what a site costs (price)." in lacking.text
    wrong = client.get("/api/sites/nurseries?objective=budget&budget=5&price=1&price_in=x")
    assert wrong.status_code == 400 and "4:900000" in wrong.text
    answer = client.get(
        "/api/sites/nurseries?minutes=10&group=all&objective=budget&budget=5&price=2&price_in=1:3"
    ).get_json()
    assert answer["cost"] == sum(site["price"] for site in answer["sites"]) <= 5


# the workbench: changes in words, renaming, variants side by side ---------------------------


def moved(client: FlaskClient, address: str) -> str:
    """The address that a page of the workbench leads to, in plain letters."""
    answer = client.get(address)
    assert answer.status_code == 303, answer.status_code
    return unquote(answer.headers["Location"])


SITES = "add=50.09,19.93,60,Nowa&add=50.1,19.92,,Druga"


def test_each_change_is_said_and_can_be_taken_back_alone(client: FlaskClient) -> None:
    query = f"planned=1&close=nurseries-1&group=all&name=A&{SITES}"
    page = client.get(f"/en/what-if/nurseries?{query}").text
    listed = re.search(r'<ol class="said-changes">(.*?)</ol>', page, re.S)
    assert listed is not None
    words = re.findall(r"<span>([^<]*)</span>", listed[1])
    assert [one.split(":")[0] for one in words] == [
        "1 place that is under way opens.",
        "Closes",
        "New site 1",
        "New site 2",
    ]
    back = [unquote(unescape(one)) for one in re.findall(r'href="([^"]*)"', listed[1])]
    assert "planned=1" not in back[0] and "close=nurseries-1" in back[0]
    assert "close=" not in back[1] and "planned=1" in back[1]
    assert "Nowa" not in back[2] and "Druga" in back[2]
    for one in back:
        assert "name=A" in one and "group=all" in one, "all else is kept"
        assert client.get(one.split("#")[0]).status_code == 200


def test_a_site_is_renamed_gets_places_and_a_date(client: FlaskClient) -> None:
    edit = "&of=50.1,19.92,,Druga&of_name=Trzecia, ulica&of_places=35&of_opens=2027-09"
    assert "add=50.10000,19.92000,35@2027-09,Trzecia, ulica" in moved(
        client, f"/en/what-if/nurseries?{SITES}{edit}"
    ).replace("+", " ")
    # Two sites, of which one has no name: the fields stand beside each other, empty or not.
    both = (
        "&of=50.09,19.93,60,Nowa&of_name=&of_places=&of_opens="
        "&of=50.1,19.92,,Druga&of_name=Druga&of_places=7&of_opens="
    )
    address = moved(client, f"/en/what-if/nurseries?{SITES}{both}")
    assert re.findall(r"add=([^&#]*)", address) == [
        "50.09000,19.93000",
        "50.10000,19.92000,7,Druga",
    ]
    assert "of=" not in address
    wrong = client.get(f"/en/what-if/nurseries?{SITES}{edit.replace('=35', '=-4')}")
    assert wrong.status_code == 400 and "A site has from 1 to" in wrong.text
    wrong = client.get(f"/en/what-if/nurseries?{SITES}{edit.replace('09', '13')}")
    assert wrong.status_code == 400 and "has to be a date" in wrong.text


def test_a_new_site_has_its_date_from_the_start(client: FlaskClient) -> None:
    address = moved(client, "/what-if/nurseries?lat=50.09&lon=19.93&site_opens=2028")
    assert "add=50.09000,19.93000,@2028" in address
    wrong = client.get("/en/what-if/nurseries?lat=50.09&lon=19.93&site_opens=soon")
    assert wrong.status_code == 400 and "has to be a date" in wrong.text


def test_two_variants_stand_beside_each_other_as_on_their_own(client: FlaskClient) -> None:
    given = {
        "scenario": ["planned=1&group=all&name=Plan", f"/what-if/nurseries?group=all&{SITES}#x"]
    }
    alone = [
        client.get(f"/api/scenario/nurseries?{one}").json
        for one in ("planned=1&group=all", f"group=all&{SITES}")
    ]
    answer = client.get("/api/scenarios/nurseries", query_string=given).json
    assert [one["after"] for one in answer["scenarios"]] == [one["after"] for one in alone]
    assert [one["gained"] for one in answer["scenarios"]] == [one["gained"] for one in alone]
    assert answer["before"] == alone[0]["before"]
    for place, one in enumerate(alone):
        served = [row["served"][place] for row in answer["districts"]]
        assert served == [row["served_after"] for row in one["districts"]]
    page = client.get("/en/what-if/nurseries/compare", query_string=given).text
    assert "A: Plan" in page and "Variant B" in page
    for one in alone:
        assert f'<td class="num">{one["after"]["served"]:,}</td>' in page
    three = {"scenario": [*given["scenario"], "group=all&close=nurseries-1"]}
    page = client.get("/en/what-if/nurseries/compare", query_string=three).text
    assert "Variant C" in page and "Put another beside them" not in page


@pytest.mark.parametrize(
    ("scenarios", "status"),
    [
        (["planned=1"], 400),
        (["planned=1"] * 4, 400),
        (["planned=1", "close=nowhere"], 404),
        (["planned=1", "minutes=-4"], 400),
        (["planned=1&group=all", "planned=1"], 400),
    ],
)
def test_wrong_variants_are_refused_and_the_page_shows_the_others(
    client: FlaskClient, scenarios: list[str], status: int
) -> None:
    answer = client.get("/api/scenarios/nurseries", query_string={"scenario": scenarios})
    assert (answer.status_code, answer.json["error"]["parameter"]) == (status, "scenario")
    page = client.get("/en/what-if/nurseries/compare", query_string={"scenario": scenarios})
    assert page.status_code in (200, status)
    assert "1 place that is under way opens." in page.text


def test_a_variant_is_kept_while_another_is_made(client: FlaskClient) -> None:
    page = client.get(f"/en/what-if/nurseries?group=all&{SITES}").text
    another = unescape(re.search(r'href="([^"]*beside=[^"]*)"', page)[1])  # type: ignore[index]
    other = client.get(another).text
    assert "1 other is kept in the address" in other
    assert 'type="hidden" name="beside"' in other
    done = client.get(f"{another}&planned=1&group=all").text
    compare = unescape(re.search(r'href="([^"]*what-if[^"]*/compare[^"]*)"', done)[1])  # type: ignore[index]
    both = client.get(compare).text
    assert "Variant A" in both and "Variant B" in both and "New site 1: Nowa" in both


def test_the_query_string_of_a_scenario_holds_all_of_it() -> None:
    change = Scenario(
        layer="nurseries",
        open=("nurseries-4",),
        close=("nurseries-1",),
        planned=True,
        add=(NewSite(19.93, 50.09, 60, "Nowa, ulica", "2027-09"), NewSite(19.92, 50.1)),
        minutes=10,
        pace_m_s=1.2,
        group="all",
        name="A",
        note="B & C",
        profile="pram",
        which=FacilityFilter(
            ownership="public",
            open_at=datetime(2026, 11, 30, 12, 0, tzinfo=UTC),
            step_free=True,
        ),
    )
    texts = Pairs((name, one) for name, ones in scenario_texts(change).items() for one in ones)
    again = scenario_of(parse(ScenarioParams, texts, strict=True, layer="nurseries"))
    assert again == change
    assert (again.name, again.note) == ("A", "B & C")
