"""The planner's pages in a real browser: no barrier, and the journeys by keyboard and by click."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import overflow_px, see_no_barrier, violations
from tests.browser.conftest import DESKTOP, PHONE, Arrive

pytestmark = pytest.mark.browser

SITE = "add=50.08000,19.90000,40,Nowy"

PAGES = {
    "workbench": "/what-if",
    "workbench in Ukrainian": "/uk/what-if",
    "what if, nothing changed": "/what-if/nurseries",
    "what if, changed": f"/what-if/nurseries?planned=1&minutes=10&{SITE}",
    "what if, to be renamed": f"/what-if/nurseries?{SITE}&name=A&beside=planned%3D1",
    "scenarios side by side": "/en/what-if/nurseries/compare?scenario=planned%3D1&scenario=name=",
    "report of a scenario": f"/what-if/nurseries/report?planned=1&{SITE}",
    "what if, wrong place": f"/what-if/nurseries?site=Qwertyuiopolis&{SITE}",
    "what if, layer without plans": "/what-if/senior_activity_centres",
    "where next": "/where-next/nurseries",
    "where next, districts left out": "/where-next/nurseries?avoid=1&avoid=18",
    "where next, wrong numbers": "/where-next/nurseries?n=0&capacity=-3",
    "report of the city": "/report/nurseries",
    "report of a district": "/report/nurseries?district=4",
    "together, nothing chosen": "/coverage/combined",
    "together": "/coverage/combined?layer=nurseries&layer=aeds",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_of_the_planner_has_no_barrier(visitor: Arrive, path: str) -> None:
    page = visitor(viewport=PHONE).go(path)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    see_no_barrier(page)


def served(page: Page) -> tuple[int, int]:
    """People within reach after and before, as the answer says."""
    words = page.locator(".answer b").inner_text()
    after, before = re.findall(r"\d[\d,]*", words)
    return int(after.replace(",", "")), int(before.replace(",", ""))


def focus_by_tab(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by keyboard")


def test_a_change_is_made_shared_and_taken_back_by_keyboard_alone(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/en/what-if/nurseries")
    focus_by_tab(page, "input[name=planned]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**planned=1**")
    assert someone.path() == "/en/what-if/nurseries?planned=1"
    after, before = served(page)
    assert after > before
    gained = page.locator(".measures dd").first.inner_text()
    assert gained == f"+{after - before}"

    focus_by_tab(page, "#site")
    page.keyboard.insert_text("Rynek Główny 1")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    page.wait_for_url("**add=**")
    assert "site=" not in someone.path()
    with_site = served(page)
    ticked = page.locator("#sites input[name=add]")
    assert ticked.count() == 1

    colleague = visitor(viewport=DESKTOP)
    assert served(colleague.go(someone.path())) == with_site

    focus_by_tab(page, "input[name=add]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"planned=1(#result)?$"))
    assert served(page) == (after, before)
    page.go_back()
    page.wait_for_url("**add=**")
    assert served(page) == with_site


def test_from_the_first_page_to_the_report_of_a_scenario(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go("/en/")
    page.get_by_role("button", name="Menu").or_(page.locator("summary", has_text="Menu")).click()
    page.get_by_role("link", name="What if", exact=True).first.click()
    page.get_by_role("link", name=re.compile("Nurseries")).first.click()
    page.locator(".map-frame .leaflet-container").click(position={"x": 440, "y": 115})
    page.wait_for_url("**add=**")
    page.locator("summary", has_text="Rename, places, date").click()
    page.get_by_label("Name of site 1").fill("Nowy żłobek")
    page.locator("[name=of_places]").fill("60")
    page.locator("[name=of_opens]").fill("2027-09")
    page.locator("summary", has_text="Name and note").click()
    page.get_by_label("Name of the scenario").fill("Wariant A")
    page.get_by_role("button", name="Show the change").click()
    page.wait_for_url("**2027-09**")
    steps = page.locator(".said-changes li")
    expect(steps).to_have_count(1)
    expect(steps).to_contain_text("New site 1: Nowy żłobek, places: 60 (opens: September 2027).")
    after, before = served(page)
    page.get_by_role("link", name="Report of this change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nurseries: Wariant A")
    expect(page.locator(".answer")).to_contain_text(f"{after:,} of")
    expect(page.locator(".answer")).to_contain_text(f"instead of {before:,}")
    expect(page.get_by_role("img", name=re.compile("^After: "))).to_be_visible()
    with page.expect_download() as sent:
        page.get_by_role("link", name="PDF, to print and hand out").click()
    words = pypdf.PdfReader(sent.value.path()).pages[0].extract_text()
    assert "Nowy żłobek" in words
    page.go_back()  # the browser's own way back leads to the scenario
    expect(steps).to_have_count(1)
    steps.get_by_role("link", name="Take back").click()
    expect(page.locator(".answer")).to_contain_text("Nothing is changed yet")


def test_a_click_on_the_map_adds_a_site_and_so_does_its_button(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go("/en/what-if/nurseries")
    page.locator("input[name=planned]").check()  # not sent yet: the click takes it along
    page.locator("#site_places").fill("40")
    frame = page.locator(".map-frame .leaflet-container")
    box = frame.bounding_box()
    assert box is not None
    frame.click(position={"x": box["width"] * 0.72, "y": box["height"] * 0.3})
    page.wait_for_url("**add=**")  # at once: taking it back is as near
    someone.settle()
    assert page.locator("#sites input[name=add]").count() == 1
    assert "places: 40" in page.locator("#sites").inner_text()
    assert page.locator("input[name=planned]").is_checked()

    page.get_by_role("link", name="Add a site in the middle of the map").click()
    page.wait_for_url(re.compile("add=.*add="))
    assert page.locator("#sites input[name=add]").count() == 2
    assert "2 new sites" in page.locator(".changes").inner_text()


def test_a_long_list_is_searched_and_what_is_ticked_stays(visitor: Arrive) -> None:
    page = visitor().go("/en/what-if/nurseries")
    page.get_by_text("Close a place").click()
    rows = page.locator("details:has(input[name=close]) li")
    every = rows.count()
    rows.first.get_by_role("checkbox").check()
    ticked = rows.first.inner_text()
    page.locator("#filter-close").fill("zlobek samorzadowy")
    page.keyboard.press("Enter")  # does not send the form
    shown = page.locator("details:has(input[name=close]) li:visible")
    assert 1 < shown.count() < every
    assert ticked in shown.all_inner_texts()
    said = page.locator("details:has(input[name=close]) [role=status]")
    expect(said).to_have_text(f"Shown: {shown.count()} of {every}")


def test_districts_are_left_out_by_keyboard(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/en/where-next/nurseries")
    for words in ("Change the question", "Districts without new sites"):
        page.get_by_text(words).focus()
        page.keyboard.press("Enter")
    focus_by_tab(page, "input[name=avoid][value='4']")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No site in: IV Prądnik Biały.")).to_be_visible()
    assert "avoid=4" in someone.path()


def test_a_wrong_place_is_told_where_it_was_typed(visitor: Arrive) -> None:
    page = visitor().go("/en/what-if/nurseries?planned=1")
    page.locator("#site").fill("Qwertyuiopolis")
    page.get_by_role("button", name="Show the change").click()
    expect(page.get_by_role("alert")).to_contain_text("No place is called Qwertyuiopolis")
    assert page.locator("#site").input_value() == "Qwertyuiopolis"
    assert page.locator("#site").get_attribute("aria-invalid") == "true"
    assert page.locator("input[name=planned]").is_checked()
    assert served(page)[0] > served(page)[1]


def test_the_forms_work_without_scripts(visitor: Arrive) -> None:
    someone = visitor(java_script_enabled=False)
    page = someone.page
    page.goto(f"{someone.site}/en/what-if/nurseries")
    page.locator("input[name=planned]").check()
    page.locator("#site").fill("Rynek Główny 1")
    page.get_by_role("button", name="Show the change").click()
    page.wait_for_url("**add=**")
    assert served(page)[0] > served(page)[1]
    assert page.locator("#sites input[name=add]").count() == 1
    page.goto(f"{someone.site}/en/report/nurseries")
    page.get_by_text("Another district, time or group").click()
    page.locator("#district").select_option("4")
    page.get_by_role("button", name="Show the report").click()
    page.wait_for_url("**district=4**")
    assert page.locator("svg.drawing").count() >= 2


def test_where_next_leads_to_what_if_it_opens(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/en/where-next/nurseries")
    row = page.locator("#sites tbody tr").first
    name = row.locator("th").inner_text().splitlines()[0]
    # Below it stands its range, where that is known by now.
    gained = int(row.locator("td.num").nth(1).inner_text().splitlines()[0])
    row.get_by_role("link", name="What if this one opens").click()
    page.wait_for_url("**/what-if/nurseries**")
    assert name in page.locator("#sites").inner_text()
    # Districts are rounded to whole people one by one, so the sum may be one person off.
    assert abs(int(page.locator(".measures dd").first.inner_text()) - gained) <= 1


def test_a_slow_question_says_that_it_counts(visitor: Arrive) -> None:
    page = visitor().go("/en/where-next/nurseries")
    page.get_by_text("Change the question").click()
    # The form is kept from leaving, as if the answer took its time.
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    button = page.get_by_role("button", name="Find sites")
    button.click()
    state = page.locator(".under-way[role=status]")
    expect(state).to_have_text("Counting …")
    assert button.get_attribute("aria-disabled") == "true"
    assert violations(page) == []
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(state).to_have_text("")
    assert button.get_attribute("aria-disabled") is None


def test_a_report_is_chosen_printed_and_taken_along(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go("/en/report/nurseries")
    page.get_by_text("Another district, time or group").click()
    page.locator("#district").select_option("4")
    page.get_by_role("button", name="Show the report").click()
    page.wait_for_url("**district=4**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Prądnik Biały")
    page.get_by_role("navigation", name="In this report").get_by_role("link").last.click()
    last = page.locator(".contents a").last.get_attribute("href") or "?"
    expect(page).to_have_url(re.compile(re.escape(last) + "$"))

    kinds = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "gpkg": b"SQLite format 3"}
    links = page.locator(".downloads a")
    assert links.count() == len(kinds)
    for place, (kind, start) in enumerate(kinds.items()):
        answer = page.request.get(someone.site + str(links.nth(place).get_attribute("href")))
        assert answer.status == 200
        assert f"nurseries-IV.{kind}" in answer.headers["content-disposition"]
        assert answer.body().startswith(start)

    page.emulate_media(media="print")
    for gone in (".site-nav", ".downloads", ".contents", "#district"):
        assert not page.locator(gone).first.is_visible()
    assert page.locator("svg.drawing").first.is_visible()
    # Chromium makes a paper of it: everything is there, and nothing is cut off at the side.
    paper = pypdf.PdfReader(BytesIO(page.pdf(format="A4")))
    assert "Prądnik Biały" in paper.pages[0].extract_text()
    page.set_viewport_size({"width": 794, "height": 1123})
    wide = "[...document.querySelectorAll('.table-frame, .drawing-scroll')]"
    assert page.evaluate(f"{wide}.filter((e) => e.scrollWidth > e.clientWidth + 1).length") == 0


def test_a_scenario_is_taken_along_as_a_file(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/en/what-if/nurseries?planned=1&minutes=10")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Scenario as a file, JSON").click()
    assert taken.value.suggested_filename == "nurseries-scenario.json"
    data = json.loads(taken.value.path().read_text())
    assert (data["layer"], data["planned"], data["minutes"]) == ("nurseries", True, 10)


def test_a_saved_scenario_is_opened_again_without_scripts_too(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    address = f"/en/what-if/nurseries?planned=1&minutes=10&{SITE}"
    page = someone.go(address)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Scenario as a file, JSON").click()
    file = taken.value.path()
    for settings, path in (
        ({}, "/en/what-if"),
        ({"java_script_enabled": False}, "/en/what-if/aeds"),
    ):
        colleague = visitor(**settings)
        opened = colleague.page
        opened.goto(colleague.site + path)
        opened.get_by_text("Open a scenario file").click()
        opened.get_by_label("Scenario file").set_input_files(file)
        opened.get_by_role("button", name="Open this file").click()
        expect(opened.locator("#sites input[name=add]")).to_be_checked()
        assert "planned=1" in colleague.path()
        assert served(opened) == served(page)


def test_a_faulty_scenario_file_leaves_the_page_as_it_was(visitor: Arrive) -> None:
    page = visitor().go("/en/what-if/nurseries?planned=1")
    before = served(page)
    page.get_by_text("Open a scenario file").click()
    broken = {"layer": "nurseries", "add": [{"lon": 19.94, "lat": 50.05, "places": -3}]}
    page.get_by_label("Scenario file").set_input_files(
        {"name": "x.json", "mimeType": "", "buffer": json.dumps(broken).encode()}
    )
    page.get_by_role("button", name="Open this file").click()
    expect(page.get_by_role("alert")).to_contain_text("add, entry 1, places: does not fit: -3")
    assert served(page) == before
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow_px(page) == 0


@pytest.mark.parametrize(
    ("path", "caption"),
    [
        ("/report/nurseries", "Obrysowane i ponumerowane: największe luki."),
        ("/en/report/nurseries?district=4", "Outlined and numbered: the largest gaps."),
    ],
)
def test_a_printed_report_has_its_map_on_the_first_page(
    visitor: Arrive, path: str, caption: str
) -> None:
    page = visitor(viewport=DESKTOP).go(path)
    printed = pypdf.PdfReader(BytesIO(page.pdf(format="A4")))
    first = " ".join(printed.pages[0].extract_text().split())
    assert caption in first
    last = printed.pages[-1].extract_text().split()
    assert len(last) > 20, "the foot of the site does not take a page for itself"


def test_who_runs_a_place_and_a_neighbourhood_are_chosen(visitor: Arrive) -> None:
    someone = visitor(viewport=PHONE)
    page = someone.go("/en/nearest?q=Rynek+Główny+1&layer=day_care_homes")
    page.locator("summary", has_text="Change the search").click()
    page.locator("summary", has_text="Choose which places count").click()
    page.get_by_label("Who runs them").select_option("municipal")
    assert overflow_px(page) == 0
    page.get_by_role("button", name="Show the nearest").click()
    page.wait_for_url("**ownership=municipal**")
    said = page.locator(".note", has_text="Only these count: run by the city itself")
    expect(said).to_contain_text("because nobody knows")
    said.get_by_role("link", name="Show all places").click()
    expect(said).to_have_count(0)
    page.goto(f"{someone.site}/en/layers/nurseries")
    units = page.locator("[data-text]").evaluate_all("all => all.map(one => one.dataset.unit)")
    chosen = min(filter(None, units))
    page.get_by_label("Neighbourhood").select_option(chosen)
    expect(page.locator("[data-text]:visible")).to_have_count(units.count(chosen))
    assert 0 < units.count(chosen) < len(units)
