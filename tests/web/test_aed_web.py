"""The emergency page, the coverage by the hour and their API, on the toy line."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from locator.analysis.aed.option import AedOption
from locator.api.live import LiveFleet
from locator.base.i18n import speaking
from locator.city.model import load_city
from locator.city.opening import opening_in
from locator.cli.main import main
from locator.reports.charts import round_above
from locator.vehicles.fleet import assign_vehicle
from locator.web import create_app
from locator.web.words.aed import change_soon, direction, door_words, duration
from tests.serving import client_of
from tests.tinycity import at as lonlat
from tests.toyline import write_toy_city
from tests.vehicles.test_fleet import WARSAW
from tests.vehicles.test_gtfs import feed
from tests.vehicles.test_poller import GOOD, answer, serving
from tests.vehicles.test_realtime import message

TUESDAY = "2026-11-24"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The toy line, its tram named by the city."""
    folder = write_toy_city(tmp_path_factory.mktemp("city") / "toy", number="RF302")
    return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0})


@pytest.fixture(scope="module")
def unnamed(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The same, as long as nobody has said which vehicle it is."""
    folder = write_toy_city(tmp_path_factory.mktemp("city") / "toy")
    return client_of(folder)


def place(x: float, y: float, at: str | None = None) -> str:
    lon, lat = lonlat(x, y)
    return f"lat={lat}&lon={lon}" + (f"&at={TUESDAY}T{at}" if at else "")


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    got = client.get(path)
    assert got.status_code == status, got.text
    return json.loads(got.data)


def words(client: FlaskClient, path: str, status: int = 200) -> str:
    got = client.get(path)
    assert got.status_code == status, got.text
    body = re.sub(r"<script.*?</script>|<svg.*?</svg>", " ", got.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


# The API ------------------------------------------------------------------------------------


def test_vehicles_say_basis_age_and_assignment(client: FlaskClient) -> None:
    found = get(client, f"/api/vehicles?at={TUESDAY}T06:03")
    (feature,) = found["features"]
    assert (found["type"], found["in_service"], found["feeds"]) == ("FeatureCollection", True, [])
    assert found["at"] == "2026-11-24T06:03:00+01:00"
    assert feature["geometry"]["coordinates"] == pytest.approx(lonlat(1250, 2750), abs=1e-5)
    assert feature["properties"] == {
        "layer": "vehicles",
        "name": "AED RF302",
        "unit": "1",
        "fleet_number": "RF302",
        "basis": "timetable",
        "observed_at": "2026-11-24T06:03:00+01:00",
        "age_s": 0,
        "assignment": "assumed",
        "line": "1",
        "headsign": "Polna",
        "next_stop": "Most Środkowy",
        "next_stop_at": "2026-11-24T06:06:00+01:00",
        "delay_s": None,
        "base": "Lipowa",
        "base_is": "first_stop",
    }


def test_off_service_a_vehicle_is_at_its_base(client: FlaskClient) -> None:
    (feature,) = get(client, f"/api/vehicles?at={TUESDAY}T03:00")["features"]
    assert (feature["properties"]["basis"], feature["properties"]["line"]) == ("base", None)
    assert get(client, "/api/vehicles?at=2027-03-02T12:00")["in_service"] is False


def test_aeds_say_how_long_they_take_and_how_sure_that_is(client: FlaskClient) -> None:
    found = get(client, f"/api/aed?{place(500, 3000, '05:55')}")
    # The tram is back a minute earlier, but only by the timetable.
    fixed, ride = found["features"][:2]
    assert (ride["id"], fixed["id"]) == ("vehicles-1", "aeds-1")
    told = ride["properties"]
    assert (told["availability"], told["evidence"], told["basis"]) == ("now", "timetable", "base")
    assert (told["walk_s"], told["wait_s"], told["total_s"]) == (250, 50, 550)
    assert (told["stop"], told["meet_at"]) == ("Lipowa", "2026-11-24T06:00:00+01:00")
    assert told["meeting"]["coordinates"] == pytest.approx(lonlat(500, 3400), abs=1e-6)
    assert told["assignment"] == "confirmed"
    assert fixed["properties"]["total_s"] == 625
    assert (fixed["properties"]["evidence"], fixed["properties"]["access"]) == ("hours", "yes")
    assert found["model"] == "estimate"


def test_a_place_may_be_told_in_words(client: FlaskClient) -> None:
    found = get(client, f"/api/aed?q=Lipowa+1&at={TUESDAY}T14:00")
    assert found["origin"]["label"] == "Lipowa 1"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "invalid_parameter"),
        ("lat=abc&lon=19.9", 400, "invalid_parameter"),
        ("lat=50", 400, "invalid_parameter"),
        ("lat=52.23&lon=21.01", 422, "outside_city"),
        ("q=zzzzzzz", 404, "not_found"),
        ("q=Lipowa+1&k=0", 400, "invalid_parameter"),
        ("q=Lipowa+1&pace=0", 400, "invalid_parameter"),
        ("q=Lipowa+1&at=yesterday", 400, "invalid_parameter"),
        ("q=Lipowa+1&nonsense=1", 400, "invalid_parameter"),
    ],
)
def test_wrong_questions_are_answered_clearly(
    client: FlaskClient, query: str, status: int, code: str
) -> None:
    assert get(client, f"/api/aed?{query}", status)["error"]["code"] == code
    assert client.get(f"/aed?{query}").status_code in (status, 200)


# The page -----------------------------------------------------------------------------------


def test_112_comes_first_on_the_page_and_the_page_is_light(client: FlaskClient) -> None:
    page = client.get("/aed").text
    main_part = page[page.index("<main") :]
    assert main_part.index('href="tel:112"') < main_part.index("<form")
    full = client.get(f"/aed?{place(500, 3000, '05:55')}", headers={"Accept-Encoding": "br"})
    assert len(full.data) < 20_000


def test_day_and_night_differ_for_the_right_reason_on_the_page(client: FlaskClient) -> None:
    day = words(client, f"/en/aed?{place(2000, 1000, '14:00')}")
    night = words(client, f"/en/aed?{place(2000, 1000, '03:00')}")
    assert "AED – Urząd" in day and "Open until 16:00" in day
    assert "Closed at this hour" not in day
    before, after = night.split("Closed at this hour")
    assert "AED – Urząd" not in before and "AED – Remiza" in before
    assert "AED – Urząd" in after and "Closed, opens 08:00" in after
    assert "1 vehicle with an AED is off service" in night


def test_an_assumed_vehicle_is_in_a_list_of_its_own(unnamed: FlaskClient) -> None:
    found = get(unnamed, f"/api/aed?{place(500, 3000, '05:55')}")
    assert [item["id"] for item in found["features"]][0] == "aeds-1"
    assert not [item for item in found["features"] if item["properties"]["kind"] == "vehicle"]
    (apart,) = found["unconfirmed"]
    assert (apart["id"], apart["properties"]["availability"]) == ("vehicles-1", "unconfirmed")
    assert apart["properties"]["assignment"] == "assumed"
    there = get(unnamed, f"/api/vehicles?at={TUESDAY}T06:03")
    assert (there["features"], [one["id"] for one in there["unconfirmed"]]) == ([], ["vehicles-1"])
    near = get(unnamed, f"/api/nearest?layer=vehicles&{place(500, 3000)}")
    assert near["features"] == []


def test_an_assumed_vehicle_is_shut_away_on_the_page(unnamed: FlaskClient) -> None:
    text = unnamed.get(f"/en/aed?{place(500, 3000, '05:55')}").text
    before, _, apart = text.partition('<details class="aed-maybe')
    apart, _, after = apart.partition("</details>")
    assert apart.startswith(' section-flat">')  # closed: no "open" attribute
    assert "meet it at Lipowa" in apart and "Maybe; not confirmed" in apart
    assert "meet it at" not in before + after
    assert "off service" not in words(unnamed, f"/en/aed?{place(500, 3000, '03:00')}")
    nowhere = words(unnamed, f"/en/nearest?layer=vehicles&{place(500, 3000)}")
    assert "none is offered as near" in nowhere


def test_an_assumed_vehicle_is_not_in_the_coverage_by_the_hour(unnamed: FlaskClient) -> None:
    page = words(unnamed, "/en/aed/coverage?minutes=5")
    assert "1 AED rides on a vehicle that nobody has named" in page
    assert "Vehicles alone" not in page and "Where vehicles help" not in page
    rows = unnamed.get("/aed/coverage.csv?minutes=5").text.splitlines()
    hours = [row.split(",") for row in rows if row.startswith(("working,", "saturday,", "sunday,"))]
    assert {row[4] for row in hours} == {"0.0"}
    assert get(unnamed, "/aed/coverage.geojson")["features"] == []


@pytest.mark.parametrize("path", ["/en/about", "/en/data"])
def test_about_and_data_say_the_same_of_it(unnamed: FlaskClient, path: str) -> None:
    assert "never ranked, counted or recommended" in words(unnamed, path)


def test_a_vehicle_is_met_at_a_stop_and_its_tour_said_to_be_assumed(client: FlaskClient) -> None:
    page = words(client, f"/en/aed?{place(500, 3000, '05:50')}")
    assert "On line 1: meet it at Lipowa" in page
    assert "It is at the stop at 06:00; you wait 5 min 50 s for it." in page
    assert "The vehicle is known, its tour is assumed" in page
    assert "no live feed is connected" in page


def test_unknown_hours_stand_apart(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path / "toy")
    path = folder / "aeds.geojson"
    content = json.loads(path.read_text("utf-8"))
    content["features"][1]["properties"]["opening_hours"] = None
    path.write_text(json.dumps(content), "utf-8")
    client = client_of(folder)
    page = words(client, f"/en/aed?{place(2000, 1000, '14:00')}")
    before, after = page.split("Not sure, but much nearer:")
    assert "AED – Remiza" in before and "AED – Urząd" not in before
    assert after.startswith(
        " 620 m to the north, AED – Urząd , Inside the building, ground floor. "
    )
    assert "Hours not known" in after


def test_the_first_answer_is_one_look(client: FlaskClient) -> None:
    """The surest one with distance, direction, door, floor and route; then where one is."""
    page = words(client, f"/en/aed?{place(2000, 1000, '14:00')}&accuracy_m=12.2")
    first = page.split("The surest AED")[1].split("The next ones")[0]
    assert "620 m to the north 11 min there and back" in first
    assert "AED – Urząd" in first and "Inside the building, ground floor" in first
    assert "Open until 16:00" in first and "Start the route" in first
    here = first.split("Tell the dispatcher where you are")[1]
    assert "Osiedle Słoneczne 7, 820 m from here" in here
    lon, lat = lonlat(2000, 1000)
    assert f"{lat:.5f}, {lon:.5f} (to within 20 m)" in here
    text = client.get(f"/en/aed?{place(2000, 1000, '14:00')}").text
    goal_lon, goal_lat = lonlat(2000, 1500)
    for route in (
        "https://www.openstreetmap.org/directions?engine=fossgis_osrm_foot&amp;route=",
        f"https://www.google.com/maps/dir/?api=1&amp;destination={goal_lat:.5f}%2C{goal_lon:.5f}",
        f"https://maps.apple.com/?daddr={goal_lat:.5f}%2C{goal_lon:.5f}",
        f"geo:{goal_lat:.5f},{goal_lon:.5f}",
    ):
        assert f'href="{route}' in text


def test_a_position_that_may_be_far_off_is_said_to_be(client: FlaskClient) -> None:
    vague = words(client, f"/en/aed?{place(500, 3000)}&accuracy_m=101")
    assert "Known to within 110 m only: say so." in vague
    assert "only: say so" not in words(client, f"/en/aed?{place(500, 3000)}&accuracy_m=100")
    wrong = client.get(f"/en/aed?{place(500, 3000)}&accuracy_m=near")
    assert (wrong.status_code, "accuracy_m" in wrong.text) == (400, True)


def test_112_can_be_tapped_on_the_first_page_too(client: FlaskClient) -> None:
    for path in ("/", "/en/", "/uk/"):
        assert 'href="tel:112"' in client.get(path).text


@pytest.mark.parametrize(
    ("goal", "way"),
    [
        ((0, 100), "to the north"),
        ((100, 100), "to the north-east"),
        ((100, 0), "to the east"),
        ((100, -100), "to the south-east"),
        ((0, -100), "to the south"),
        ((-100, -100), "to the south-west"),
        ((-100, 0), "to the west"),
        ((-100, 100), "to the north-west"),
        ((40, 100), "to the north"),  # 21.8 degrees
        ((42, 100), "to the north-east"),  # 22.8 degrees
        ((5, 5), ""),
    ],
)
def test_directions_in_words(app: Flask, goal: tuple[float, float], way: str) -> None:
    city = app.extensions["locator"].city
    start = lonlat(1000, 1000)
    with app.app_context(), speaking("en"):
        assert direction(city, start, lonlat(1000 + goal[0], 1000 + goal[1])) == way


@pytest.mark.parametrize(
    ("indoor", "level", "said"),
    [
        (True, "0", "Inside the building, ground floor"),
        (True, "1", "Inside the building, 1 floor up"),
        (True, "-2", "Inside the building, 2 floors down"),
        (False, None, "Outdoors"),
        (None, "3", "3 floors up"),
        (None, "0;1", "floor: 0;1"),
        (None, None, ""),
    ],
)
def test_door_and_floor_in_words(
    app: Flask, indoor: bool | None, level: str | None, said: str
) -> None:
    made = AedOption(
        "a", "aeds", "a", "fixed", 0, 0, 0, 0, 0, 0, "open", indoor=indoor, level=level
    )
    with app.app_context(), speaking("en"):
        assert door_words(made) == said


@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
def test_pages_and_data_answer_in_every_language(client: FlaskClient, prefix: str) -> None:
    here = place(500, 3000)
    for path in (
        "/aed",
        f"/aed?{here}",
        f"/aed?{here}&part=list",
        f"/maps/aed.js?{here}",
        f"/aed/listed.geojson?{here}",
        f"/aed/vehicles.geojson?at={TUESDAY}T06:03",
        "/aed/coverage",
        "/aed/coverage?minutes=3&day=saturday",
        "/aed/coverage.csv?minutes=3",
        "/aed/coverage.geojson?day=working",
        "/maps/aed_shares.js",
    ):
        assert client.get(prefix + path, follow_redirects=True).status_code == 200, path


def test_what_people_type_is_never_markup(client: FlaskClient) -> None:
    page = client.get("/aed?q=<script>alert(1)</script>")
    assert page.status_code == 404
    assert "<script>alert" not in page.text


def test_coverage_by_the_hour_is_on_the_page_and_in_the_table(client: FlaskClient) -> None:
    page = words(client, "/en/aed/coverage?minutes=5")
    for expected in ("Working day", "Saturday", "Sunday", "By the hour", "Vehicles: 1."):
        assert expected in page
    hours = client.get("/aed/coverage/hours.csv?minutes=5")
    assert hours.data == client.get("/aed/coverage.csv?minutes=5").data  # where it stood before
    rows = list(csv.reader(io.StringIO(hours.text.removeprefix("\ufeff"))))
    assert rows[0] == ["day", "hour", "open_aeds", "fixed", "vehicles", "both", "fixed_most"]
    days = ("working", "saturday", "sunday")
    assert [row[:2] for row in rows[1:]] == [[day, str(h)] for day in days for h in range(24)]
    moves = client.get("/aed/coverage/moves.csv?minutes=5").text.removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(moves)))
    assert rows[0] == ["id", "name", "basis", "alone", "added", "together"]
    assert all(len(row) == 6 and row[2] in ("hours", "unknown") for row in rows[1:])
    areas = get(client, "/aed/coverage.geojson?minutes=5&day=working")["features"]
    assert areas
    assert all(0 < area["properties"]["share"] <= 1 for area in areas)


def test_nobody_of_this_page_is_kept_in_a_cache(client: FlaskClient) -> None:
    for path in ("/api/aed", "/aed/listed.geojson"):
        got = client.get(f"{path}?{place(500, 3000)}")
        assert got.headers["Cache-Control"] == "no-store"


def test_words_for_times(app: Flask) -> None:
    now = datetime(2026, 11, 24, 15, 20, tzinfo=WARSAW)
    with app.app_context(), speaking("en"):
        assert change_soon("open", now.replace(hour=16, minute=0), now) == "Open, closes in 40 min"
        assert change_soon("closed", now.replace(minute=25), now) == "Closed, opens in 5 min"
        assert change_soon("open", now.replace(hour=18), now) == "Open until 18:20"
        assert change_soon("open", None, now) == "Open day and night"
        said = [duration(s) for s in (0, 7, 59.9, 60, 61, 260, 600, 601, 1190)]
    assert said == [
        "0 s",
        "10 s",
        "1 min",
        "1 min",
        "1 min 10 s",
        "4 min 20 s",
        "10 min",
        "11 min",
        "20 min",
    ]


def test_charts_end_at_a_round_number() -> None:
    assert [round_above(v) for v in (0, 3, 7.9, 102_080, 99)] == [4, 3.2, 8, 120_000, 100]


# Live ---------------------------------------------------------------------------------------


def with_feed(folder: Path, url: str, number: str = "T:302") -> tuple[FlaskClient, LiveFleet]:
    write_toy_city(folder)
    assign_vehicle(load_city(folder), "1", fleet_number=number)
    app = create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0, "FEEDS": f"T={url}"})
    return app.test_client(), app.extensions["locator"].live_fleet


def wait_for(held: LiveFleet, *, alive: bool) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        (state,) = held.feeds
        if (state.answered_t is not None) == alive and (alive or state.error is not None):
            return
        held.poller._stop.wait(0.02)
    pytest.fail("the feed was not asked")


def test_a_live_position_is_on_page_map_and_api_without_a_request_of_the_visitor(
    tmp_path: Path,
) -> None:
    lon, lat = lonlat(1000, 3000)
    seen = int(datetime.now().timestamp()) - 20
    body = message(("302", lon, lat, seen))
    with serving(answer(body)) as (url, asked):
        client, held = with_feed(tmp_path / "toy", url)
        try:
            wait_for(held, alive=True)
            held.poller._stop.set()
            count = len(asked)
            found = get(client, "/api/vehicles")
            told = found["features"][0]["properties"]
            assert (told["basis"], told["assignment"]) == ("live", "confirmed")
            assert told["fleet_number"] == "T:302"
            at = datetime.fromisoformat(found["at"]).timestamp()
            assert told["age_s"] == pytest.approx(at - seen, abs=1)
            assert found["feeds"][0]["alive"] is True
            page = words(client, f"/en/aed?{place(1000, 3100)}")
            assert "Vehicles seen near, their way not known" in page
            assert "Seen live" in page
            sent = client.get(f"/en/aed?{place(1000, 3100)}").text
            apart = sent.partition('id="way-unknown-title"')[2].partition("</section>")[0]
            assert "to where it was seen" in apart
            assert "No time can be given" in apart
            assert "there and back" not in apart
            (way_unknown,) = [
                item["properties"]
                for item in get(client, f"/api/aed?{place(1000, 3100)}")["features"]
                if item["properties"]["availability"] == "way_unknown"
            ]
            assert (way_unknown["walk_m"], way_unknown["wait_s"], way_unknown["total_s"]) == (
                125,
                None,
                None,
            )
            (marker,) = get(client, "/en/aed/vehicles.geojson")["features"]
            assert marker["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-4)
            assert any("Seen live" in line for line in marker["properties"]["lines"])
            assert len(asked) == count
        finally:
            held.poller.stop()


@pytest.mark.parametrize("status", [401, 500])
def test_a_feed_that_is_down_is_said_to_be_and_the_timetable_takes_over(
    tmp_path: Path, status: int
) -> None:
    with serving(answer(GOOD, status=status)) as (url, _):
        client, held = with_feed(tmp_path / "toy", url)
        try:
            wait_for(held, alive=False)
        finally:
            held.poller.stop()
        found = get(client, "/en/api/vehicles")
        assert found["feeds"][0]["alive"] is False
        assert found["feeds"][0]["error"] == f"feed T: the server answered {status}"
        assert found["features"][0]["properties"]["basis"] in ("timetable", "base")
        page = words(client, f"/en/aed?{place(1000, 3100)}")
        assert "The live feed T is silent" in page


# The commands -------------------------------------------------------------------------------


def run(*args: str) -> Any:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def test_vehicles_are_listed_and_assigned_from_the_command_line(tmp_path: Path) -> None:
    folder = str(write_toy_city(tmp_path / "toy"))
    listed = run("--geodata", folder, "vehicles", "list", "--at", f"{TUESDAY}T06:03", "--json")
    assert json.loads(listed.output)["unconfirmed"][0]["properties"]["next_stop"] == "Most Środkowy"
    done = run("--geodata", folder, "vehicles", "assign", "1", "--fleet-number", "RF302")
    assert done.exit_code == 0, done.output
    table = run("--geodata", folder, "vehicles", "list", "--at", f"{TUESDAY}T06:03")
    assert "RF302" in table.output
    assert run("--geodata", folder, "vehicles", "assign", "1", "--clear").exit_code == 0
    assert run("--geodata", folder, "vehicles", "assign", "1").exit_code == 2
    assert run("--geodata", folder, "vehicles", "assign", "9", "--clear").exit_code == 1
    assert run("--geodata", folder, "vehicles", "list", "--at", "noon").exit_code == 2


def test_a_timetable_is_imported_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path / "toy")
    good = feed(tmp_path / "x_T.zip")
    bad = feed(tmp_path / "x_A.zip", stops=None)
    done = run("--geodata", str(folder), "timetable", "import", str(good))
    assert done.exit_code == 0, done.output
    written = (folder / "timetable.npz").read_bytes()
    refused = run("--geodata", str(folder), "timetable", "import", str(good), str(bad))
    assert refused.exit_code == 1
    assert (folder / "timetable.npz").read_bytes() == written
    twice = run("--geodata", str(folder), "timetable", "import", str(good), f"T={bad}")
    assert twice.exit_code == 2
    shown = run("--geodata", str(folder), "timetable", "show")
    assert "x_T.zip" in shown.output and "Invented timetable" in shown.output


def test_the_reach_of_what_moves_is_told_by_the_hour(client: FlaskClient) -> None:
    led = client.get("/en/coverage/vehicles")
    assert (led.status_code, led.location) == (302, "/en/aed/coverage")
    assert "/en/aed/coverage" in client.get("/en/coverage/aeds").text
    assert "/en/aed/coverage" in client.get("/en/coverage").text


def test_the_worker_names_one_version_and_a_page_of_another_is_refused(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    told = json.loads(answer.text.partition("\n")[0].removeprefix("const KEPT = ").rstrip(";"))
    assert list(told["pages"]) == ["/aed", "/en/aed", "/uk/aed"]
    for address in (*told["pages"].values(), *told["files"]):
        with client.get(address) as found:
            assert found.status_code == 200
    assert client.get("/aed/offline?v=0123456789ab").status_code == 404


def test_what_is_kept_says_of_each_instant_what_the_hours_say(
    client: FlaskClient, app: Flask
) -> None:
    city = app.extensions["locator"].city
    page = client.get("/en/aed/offline").text
    kept = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    fixed = city.facilities[city.facilities["layer"] == "aeds"].set_index("name")
    states = {"o": "open", "c": "closed", "u": "unknown"}
    told = [aed for aed in kept["aeds"] if aed["hours"] is not None]
    assert told and not any("RF302" in aed["name"] for aed in kept["aeds"])
    for aed in told:
        changes = kept["hours"][aed["hours"]]
        for minute in range(kept["begin"], kept["end"], 37):
            state = [state for since, state in changes if since <= minute][-1]
            at = datetime.fromtimestamp(60 * minute, WARSAW)
            assert states[state] == opening_in(city, fixed["opening_hours"][aed["name"]], at).state
