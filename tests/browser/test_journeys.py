"""What people do on the pages: by keyboard, without JavaScript, back and forth, with odd input."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, Arrive

pytestmark = pytest.mark.browser

ADDRESS = "q=Rynek%20G%C5%82%C3%B3wny%201"
RUNS = "script:not([src]):not([type$='json'])"  # a block of data is not run
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def asked(page: Page) -> dict[str, list[str]]:
    """The query of the page being shown."""
    return parse_qs(urlsplit(page.url).query)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent"))


def tab_to(page: Page, target: str, *, at_most: int = 40) -> None:
    """Press Tab until the element with this id has the focus."""
    for _ in range(at_most):
        if focused(page) == target:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the focus never came to {target}")


def test_the_keyboard_alone_leads_from_the_search_to_a_facility(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go("/")
    page.keyboard.press("Tab")
    assert focused(page) == "Przejdź do treści"
    tab_to(page, "q")
    page.keyboard.insert_text("rynek glow")  # at once, so that one answer comes and no other
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.locator("span").first.inner_text()
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Enter")
    expect(field).to_have_value(chosen)
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nearest?**")
    assert asked(page)["q"] == [chosen]
    expect(page.locator(".result").first).to_be_visible()
    someone.settle()
    first = page.locator(".result h3 a").first
    name = first.inner_text()
    for _ in range(60):
        if focused(page) == name:
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/facilities/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    someone.settle()


def test_a_stop_that_shares_its_name_with_a_street_can_be_chosen(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/")
    page.locator("#q").press_sequentially("centralna")
    stop = page.get_by_role("option").filter(has_text="Centralna").filter(has_text="przystanek")
    stop.last.click()
    expect(page.locator("#q")).to_have_value("przystanek Centralna")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nearest?**")
    expect(page.locator(".start > summary")).to_contain_text("Centralna")
    someone.settle()


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(visitor: Arrive) -> None:
    page = visitor().go("/")
    field = page.locator("#q")
    field.press_sequentially("wielicka")
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("wielicka")


def test_a_layer_and_an_address_are_enough_without_javascript(visitor: Arrive) -> None:
    page = visitor(java_script_enabled=False).go("/")
    page.locator("#q").fill("Rynek Główny 1")
    page.get_by_role("button", name="Żłobki").click()
    page.wait_for_url("**/nearest?**")
    assert asked(page) == {"q": ["Rynek Główny 1"], "layer": ["nurseries"]}
    expect(page.locator(".result")).to_have_count(5)
    expect(page.get_by_role("button", name="Użyj mojego położenia")).to_be_hidden()


def test_a_layer_chosen_first_asks_where_from_and_remembers_it(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/")
    page.get_by_role("button", name="Defibrylatory AED").click()
    page.wait_for_url("**/nearest?**layer=aeds")
    page.locator("#q").fill("Plac Centralny")
    page.get_by_role("button", name="Pokaż najbliższe").click()
    page.wait_for_url("**/nearest?**Centralny**")
    assert asked(page)["layer"] == ["aeds"]
    expect(page.locator(".result").first).to_be_visible()
    someone.settle()


def test_the_filter_and_the_sorting_work_without_javascript(visitor: Arrive) -> None:
    page = visitor(java_script_enabled=False).go("/layers/nurseries")
    every = page.locator("#rows li").count()
    page.locator("#filter-q").fill("samorzadowy nr 1")
    page.get_by_role("button", name="Filtruj").click()
    page.wait_for_url("**q=samorzadowy**")
    assert 0 < page.locator("#rows li").count() < every
    page.goto(page.url.split("/layers")[0] + "/coverage/nurseries?sort=share&order=desc")
    shares = page.locator("#districts tbody td[data-value]:nth-child(3)")
    values = [float(cell.get_attribute("data-value") or "nan") for cell in shares.all()]
    assert values == sorted(values, reverse=True)
    assert len(values) == 18


def test_a_table_is_sorted_in_place_and_the_address_says_so(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go("/coverage/nurseries")
    head = page.locator("#districts th", has_text="Poza zasięgiem")
    column = head.evaluate("(cell) => cell.cellIndex + 1")
    values = page.locator(f"#districts tbody tr > :nth-child({column})")
    for direction, order in (("ascending", "asc"), ("descending", "desc")):
        head.get_by_role("link").click()
        expect(head).to_have_attribute("aria-sort", direction)
        shown = [int(cell.get_attribute("data-value") or -1) for cell in values.all()]
        assert shown == sorted(shown, reverse=order == "desc")
        assert asked(page)["order"] == [order]
    page.reload()
    someone.settle()
    expect(head).to_have_attribute("aria-sort", "descending")


def test_typing_filters_the_list_at_once_and_back_keeps_it(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go("/layers/senior_activity_centres")
    rows = page.locator("#rows li:visible")
    every = rows.count()
    page.locator("#filter-q").press_sequentially("krowodrza")
    expect(page.locator("[data-filter-state]")).not_to_contain_text(f"{every} z {every}")
    some = rows.count()
    assert 0 < some < every
    rows.first.get_by_role("link").click()
    page.wait_for_url("**/facilities/**")
    someone.settle()
    page.go_back()
    page.wait_for_url("**q=krowodrza**")
    someone.settle()
    expect(page.locator("#filter-q")).to_have_value("krowodrza")
    expect(rows).to_have_count(some)


def test_back_from_a_facility_leads_to_the_same_results(visitor: Arrive) -> None:
    someone = visitor(viewport=DESKTOP)
    page = someone.go(f"/nearest?{ADDRESS}&layer=nurseries&k=7")
    names = page.locator(".result h3").all_inner_texts()
    page.locator(".result h3 a").nth(2).click()
    page.wait_for_url("**/facilities/**")
    someone.settle()
    page.go_back()
    page.wait_for_url("**/nearest?**")
    someone.settle()
    assert page.locator(".result h3").all_inner_texts() == names
    assert len(names) == 7


def test_what_was_filled_in_stays_when_something_is_wrong(visitor: Arrive) -> None:
    page = visitor().go("/nearest?q=Qwertyuiopolis&layer=aeds&open=now&pace=0.9")
    expect(page.get_by_role("alert")).to_contain_text("Qwertyuiopolis")
    expect(page.locator("#q")).to_have_value("Qwertyuiopolis")
    expect(page.locator("#q")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name=layer][value=aeds]")).to_be_checked()
    expect(page.locator("input[name=open]")).to_be_checked()
    expect(page.locator("#pace")).to_have_value("0.9")


@pytest.mark.parametrize("parameter", ["q", "layer", "k", "pace", "open", "status", "lat", "at"])
def test_markup_in_a_parameter_of_the_search_is_inert(visitor: Arrive, parameter: str) -> None:
    someone = visitor()
    values = {"q": "Rynek Główny 1", "layer": "aeds"} | {parameter: SCRIPT}
    page = someone.page
    page.goto(f"{someone.site}/")
    page.evaluate("v => location.assign('/nearest?' + new URLSearchParams(v))", values)
    page.wait_for_url("**/nearest?**")
    someone.settle()
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(RUNS).count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/layers/nurseries?q={}&district={}&status={}&precision={}",
        "/coverage/nurseries?minutes={}",
        "/coverage/nurseries?group={}",
        "/coverage/nurseries?sort={}&order={}",
        "/facilities/{}",
        "/layers/{}",
    ],
)
def test_markup_in_an_address_is_inert(visitor: Arrive, path: str) -> None:
    someone = visitor()
    page = someone.go(path.replace("{}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E%3Cimg%20src=x%3E"))
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(RUNS).count() == 0


def test_markup_typed_into_the_field_is_inert(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go("/")
    page.locator("#q").press_sequentially(SCRIPT)
    page.keyboard.press("Enter")
    page.wait_for_url("**/nearest?**")
    expect(page.get_by_role("alert")).to_contain_text("<script>")


def test_the_position_is_asked_for_only_on_the_button(visitor: Arrive) -> None:
    someone = visitor(
        geolocation={"latitude": 50.0617, "longitude": 19.9373}, permissions=["geolocation"]
    )
    page = someone.go("/")
    assert "lat" not in page.url
    page.get_by_role("button", name="Użyj mojego położenia").click()
    page.wait_for_url("**/nearest?**")
    assert asked(page) == {"lat": ["50.06170"], "lon": ["19.93730"]}
    expect(page.locator(".result").first).to_be_visible()
    someone.settle()


def test_a_position_that_is_refused_is_explained(visitor: Arrive) -> None:
    page = visitor(permissions=[]).go("/")
    page.get_by_role("button", name="Użyj mojego położenia").click()
    expect(page.locator("[data-position-state]")).to_contain_text("adres")
