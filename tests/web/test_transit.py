"""What the page of the nearest says of trams; the journey is that of tests/analysis."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from openpyxl import load_workbook

from locator.analysis.transit import coverage
from locator.analysis.transit import stop_walks as walks
from locator.api.context import AppState
from locator.web import apart, make_app, workers
from locator.web.words import transit
from locator.web.words.transit import _marked, _stop
from tests.serving import client_of
from tests.tinycity import at, write_tiny_city

LON, LAT = at(500, 3500)
MORNING = "2026-11-02T05:50"


def page(client: FlaskClient, prefix: str = "/en", **asked: str) -> str:
    query = {"layer": "nurseries", "lat": str(LAT), "lon": str(LON), "at": MORNING} | asked
    got = client.get(f"{prefix}/nearest?{urlencode(query)}")
    assert got.status_code == 200
    return got.text


def said(html: str) -> str:
    """Return the words of a page, without its marks."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)))


def result(html: str, facility: str) -> str:
    """Return what stands in one result."""
    return html.split(f'id="r-{facility}"')[1].split('<li class="result"')[0]


def test_beside_a_long_walk_stands_the_way_by_tram(client: FlaskClient) -> None:
    far = said(result(page(client), "nurseries-3"))
    assert (
        "By tram: 18 min (leaves Lipowa at 06:00, line 1; next at 06:30; 4 min of it on foot)"
        in far
    )
    assert re.search(r"2 min on foot \(1[23]0 m\) to the stop Lipowa: leave by 05:57", far)
    assert "06:00 tram 1 towards Polna: get off at Polna at 06:14, after 2 stops" in far
    assert re.search(r"2 min on foot \(1[23]0 m\): you are there at 06:17", far)
    assert "Next: leaves Lipowa at 06:30, line 1; you are there at 06:47." in far


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", "Tramwajem: 18 min (odjazd 06:00 z przystanku Lipowa, linia 1; następny 06:30; w tym"),
        ("/uk", "Трамваєм: 18 хв (відправлення о 06:00 із зупинки Lipowa, маршрут 1; наступний о"),
    ],
)
def test_it_is_said_in_every_language(client: FlaskClient, prefix: str, words: str) -> None:
    assert words in said(result(page(client, prefix), "nurseries-3"))


def test_names_of_stops_are_in_the_language_of_the_data(client: FlaskClient) -> None:
    assert 'leaves <span lang="pl">Lipowa</span> at' in result(page(client), "nurseries-3")
    assert "przystanku <span>Lipowa</span>" in result(page(client, ""), "nurseries-3")


def test_a_list_does_not_wait_for_the_walks_between_stops(
    city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, count = Event(), walks.stop_walks

    def slowly(*city: Any) -> Any:
        made.wait(30)
        return count(*city)

    monkeypatch.setattr(walks, "stop_walks", slowly)
    monkeypatch.setattr(transit, "PATIENCE_S", 0.01)
    client = client_of(city_folder)
    early = page(client)
    assert "Trams and buses are being looked up" in early
    assert "By tram" not in early
    made.set()
    monkeypatch.setattr(transit, "PATIENCE_S", 30)
    assert "By tram: 18 min" in said(result(page(client), "nurseries-3"))


def test_who_asks_for_known_walks_does_not_wait_for_others(
    city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, counted = client_of(city_folder), Event()
    state = client.application.extensions["locator"]
    state.warm_transit()
    monkeypatch.setattr(transit, "PATIENCE_S", 0.01)
    state.counting.submit(counted.wait, 30)
    told = said(result(page(client), "nurseries-3"))
    counted.set()
    assert "By tram: 18 min" in told


def test_what_only_coverage_needs_is_made_apart(
    city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(coverage, "walks_to_stops", lambda city, _: made.append(city))
    app = make_app({"GEODATA": city_folder})
    state: AppState = app.extensions["locator"]
    workers.warm(app)

    def times() -> int:
        # A thread of an application before this one may be making its own.
        return sum(one is state.walkable_city for one in made)

    assert state.transit_network.timetables and times() == 0
    apart._warm(state)
    assert times() == 1


def test_a_short_walk_stands_alone(client: FlaskClient) -> None:
    assert "By tram" not in result(page(client), "nurseries-1")
    near = page(client, k="1")
    assert "transit" not in near
    assert "timetable" not in near


def test_what_it_rests_on_is_said_and_another_time_can_be_asked_for(client: FlaskClient) -> None:
    html = page(client)
    basis = said(html.split('transit-basis">')[1].split("</form>")[0])
    assert "timetable of 1 October 2026 to 31 January 2027; delays and changes are not" in basis
    assert "It has trams only: buses are not known." in basis
    form = html.split('transit-basis">')[1].split("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert hidden == {"layer": "nurseries", "lat": str(LAT), "lon": str(LON)}
    assert f'type="datetime-local" name="at" value="{MORNING}"' in form
    later = said(result(page(client, at="2026-11-02T06:05"), "nurseries-3"))
    assert "leaves Lipowa at 06:30, line 1; next at 07:00" in later


def test_a_day_that_the_timetable_does_not_reach_is_said(client: FlaskClient) -> None:
    html = page(client, at="2031-06-02T08:00")
    assert "By tram" not in html
    assert "The timetable on file (2026-10-01 to 2027-01-31) has no trips" in said(html)


def test_where_the_last_tram_has_left_it_is_said(client: FlaskClient) -> None:
    html = page(client, at="2026-11-02T12:00")
    assert "By tram" not in html
    assert "No tram or bus on file gets there sooner than the walk then." in said(html)
    assert 'name="at" value="2026-11-02T12:00"' in html


def test_who_cannot_walk_far_to_a_stop_says_so(client: FlaskClient) -> None:
    # From Most Środkowy it is 13 minutes to the second nursery, from Polna two to the third.
    html = page(client, max_walk="5")
    assert "By tram" not in result(html, "nurseries-2")
    assert "By tram: 18 min" in said(result(html, "nurseries-3"))
    assert '<option value="5" selected>' in html
    assert '<option value="15" selected>' in page(client)
    assert '<option value="7" selected>' in page(client, max_walk="7")
    assert "By tram" in result(page(client), "nurseries-2")
    assert html.count('type="hidden" name="max_walk" value="5"') == 1  # for another start, too
    wrong = client.get(f"/en/nearest?layer=nurseries&lat={LAT}&lon={LON}&max_walk=500")
    assert wrong.status_code == 400
    assert 'value="500"' not in wrong.text


def test_nobody_is_sent_for_an_aed_by_tram(client: FlaskClient) -> None:
    asked = {"layer": "aeds", "pace": "0.3"}
    assert "transit" not in page(client, **asked)


def test_a_city_without_a_timetable_says_nothing_of_trams(tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    (folder / "timetable.zip").unlink()
    with client_of(folder) as bare:
        assert "transit" not in page(bare)


def test_a_wrong_moment_is_a_fault_as_before(client: FlaskClient) -> None:
    got = client.get(f"/en/nearest?layer=nurseries&lat={LAT}&lon={LON}&at=soon")
    assert got.status_code == 400
    assert "transit" not in got.text


@given(name=st.text("ab<>&'\"{}"), number=st.integers())
def test_what_is_put_into_words_is_escaped_once(name: str, number: int) -> None:
    words, marked = "{name} & {number}: {marked}", Markup("<b>{name}</b>")
    values = {"name": name, "number": number, "marked": marked}
    assert _marked(words, **values) == Markup(escape(words)).format(**values)


def test_the_name_of_a_stop_is_text(app: Flask) -> None:
    with app.test_request_context("/"):
        assert _stop("<b>A & B</b>") == "<span>&lt;b&gt;A &amp; B&lt;/b&gt;</span>"


# Who is within reach ------------------------------------------------------------------------

REACH = {"by": "transit", "minutes": "30", "group": "all", "depart": "2026-11-02T06:00"}


def reach(client: FlaskClient, prefix: str = "/en", **asked: str) -> str:
    got = client.get(f"{prefix}/coverage/nurseries?{urlencode(REACH | asked)}")
    assert got.status_code == 200
    return got.text


def section(html: str) -> str:
    return said(html.split('id="transit"')[1].split("</section>")[0])


def test_who_is_within_reach_by_tram_is_said_with_what_it_rests_on(client: FlaskClient) -> None:
    asked = f"/api/coverage/nurseries?{urlencode(REACH)}"
    told = client.get(asked).get_json()["transit"]
    words = section(reach(client))
    assert (
        f"On foot or by tram: {told['served']:,} of 2,100 people ({told['share']:.1%}) are within "
        f"30 minutes from door to door, {told['gained']} more than on foot"
    ) in words
    assert "All leave on Monday, 2 November 2026, at each minute from 06:00 to 06:59." in words
    assert "timetable of 1 October 2026 to 31 January 2027" in words
    assert "It has trams only: buses are not known." in words
    assert "Północ" in words


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", "Wyjście z domu: poniedziałek, 2 listopada 2026, w każdej minucie od 06:00 do 06:59."),
        ("/uk", "щохвилини від 06:00 до 06:59."),
    ],
)
def test_who_is_within_reach_is_said_in_every_language(
    client: FlaskClient, prefix: str, words: str
) -> None:
    assert words in section(reach(client, prefix))


def test_the_form_keeps_what_was_asked_and_a_link_asks_it(client: FlaskClient) -> None:
    html = reach(client, max_walk="7")
    assert '<option value="transit" selected>' in html
    assert 'name="depart" type="datetime-local"' in html
    assert 'value="2026-11-02T06:00"' in html
    assert '<option value="7" selected>7 min' in html
    assert "by=transit" in re.search(r'href="([^"]*districts\.csv[^"]*)"', html).group(1)  # type: ignore[union-attr]
    on_foot = client.get("/en/coverage/nurseries?minutes=30").text
    assert 'id="transit"' not in on_foot
    link = re.search(r'href="([^"]*)">Who is within reach by tram', on_foot)
    assert link is not None
    address = unescape(link.group(1))
    assert "minutes=30" in address
    assert 'id="transit"' in client.get(address.split("#")[0]).text


def test_the_matrix_of_services_leads_to_who_rides(client: FlaskClient) -> None:
    html = client.get("/en/compare?minutes=30&group=all").text
    link = re.search(r'href="([^"]*/coverage/nurseries\?[^"]*by=transit[^"]*)"', html)
    assert link is not None
    address = unescape(link.group(1))
    assert "minutes=30" in address and "group=all" in address and address.endswith("#transit")
    assert 'id="transit"' in client.get(address.split("#")[0]).text
    method = re.search(r'href="([^"?]*)#ranges"', html)
    assert method is not None
    assert 'id="ranges"' in client.get(method.group(1)).text


def test_the_downloaded_table_has_who_rides_down_to_the_city(client: FlaskClient) -> None:
    asked = urlencode(REACH)
    table = client.get(f"/en/coverage/nurseries/districts.csv?{asked}").text.splitlines()
    told = client.get(f"/api/coverage/nurseries?{asked}").get_json()["transit"]
    place = table[0].split(",").index("transit_served")
    rows = [*told["districts"], told]
    assert [row.split(",")[place] for row in table[1:]] == [str(row["served"]) for row in rows]


def test_a_day_beyond_the_timetable_leaves_the_walks_on_the_page(client: FlaskClient) -> None:
    html = reach(client, depart="2031-06-02T08:00")
    assert "has no trips within a day of 2031-06-02 08:00" in section(html)
    assert "live within a 30-minute walk" in said(html)


def test_a_city_without_a_timetable_offers_no_trams(tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    (folder / "timetable.zip").unlink()
    client = client_of(folder)
    assert "by=transit" not in client.get("/en/coverage/nurseries").text
    assert 'name="by"' not in client.get("/en/coverage/nurseries").text
    assert client.get("/en/coverage/nurseries?by=transit").status_code == 422


def test_a_report_says_who_rides_where_that_is_asked(client: FlaskClient) -> None:
    told = client.get(f"/api/coverage/nurseries?{urlencode(REACH)}").get_json()["transit"]
    html = client.get(f"/en/report/nurseries?{urlencode(REACH)}").text
    whole = f"On foot or by tram: {told['served']:,} of {told['people']:,} people"
    assert whole in said(html)
    assert "All leave on Monday, 2 November 2026, at each minute from 06:00 to 06:59." in said(html)
    assert '<option value="transit" selected>' in html
    file = unescape(re.search(r'href="([^"]*\.xlsx[^"]*)"', html).group(1))  # type: ignore[union-attr]
    got = client.get(file)
    assert "tiny-nurseries-transit.xlsx" in got.headers["Content-Disposition"]
    book = load_workbook(BytesIO(got.data))
    sheet = [row for row in book["by tram or bus"].values if row[1]]
    assert [row[1] for row in sheet[1:]] == ["Północ", "Południe", "Tiny City"]
    served = sheet[0].index("People in reach")
    rows = [*told["districts"], told]
    assert [row[served] for row in sheet[1:]] == [row["served"] for row in rows]
    on_foot = client.get("/en/report/nurseries?minutes=30&group=all").text
    assert "On foot or by tram" not in said(on_foot)


def test_the_report_of_a_district_says_who_of_its_people_rides(client: FlaskClient) -> None:
    told = client.get(f"/api/coverage/nurseries?{urlencode(REACH)}").get_json()["transit"]
    for one in told["districts"]:
        asked = urlencode(REACH | {"district": str(one["number"])})
        html = client.get(f"/en/report/nurseries?{asked}").text
        assert (
            f"On foot or by tram: {one['served']:,} of {one['people']:,} people "
            f"({one['share']:.1%}) are within 30 minutes from door to door, {one['gained']:,} more"
        ) in said(html)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"depart": "2031-06-02T08:00"}, 422, "has no trips within a day of 2031-06-02 08:00"),
        ({"depart": "soon"}, 400, "depart"),
        ({"max_walk": "99"}, 400, "max_walk"),
        ({"by": "ship"}, 400, "transit"),
    ],
)
def test_what_a_report_cannot_ride_is_said_above_it(
    client: FlaskClient, asked: dict[str, str], status: int, words: str
) -> None:
    got = client.get(f"/en/report/nurseries?{urlencode(REACH | asked)}")
    assert got.status_code == status
    assert words in said(got.text.split('id="problems"')[1].split("</div>")[0])
    assert "Where people are left out" in got.text


def test_without_a_timetable_a_report_is_about_walks(tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    (folder / "timetable.zip").unlink()
    client = client_of(folder)
    got = client.get("/en/report/nurseries?by=transit")
    assert got.status_code == 422
    assert "no timetable of trams or buses" in got.text
    assert 'name="by"' not in got.text
