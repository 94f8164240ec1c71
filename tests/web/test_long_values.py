"""What is too long to be meant is answered, and never sent back at length."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.tinycity import at

MARK = "Zq9"
LONG = MARK * 3334  # 10,002 characters
MOST = 100
NAMES = ("q", "lat", "layer", "at", "pace", "k", "sort", "minutes", "open", "id", "unheard_of")
GOOD = {"layer_id": "aeds", "layer": "aeds", "facility_id": "aeds-1", "kind": "nearest"}
PART = re.compile(r"<(?:\w+:)?(\w+)>")


def paths(app: Flask) -> Iterator[str]:
    """Yield the path of every route that can be asked, with parts that exist or nearly do."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield PART.sub(lambda part: GOOD.get(part.group(1), "x"), str(rule))


def echoed(app: Flask, address: str) -> int:
    """Return how many characters of the long value come back in one piece."""
    answer = app.test_client().get(address)
    assert answer.status_code < 500, address
    everything = answer.get_data().decode(errors="replace") + str(answer.headers)  # or a picture
    return max((len(run) for run in re.findall(f"(?:{MARK})+", everything)), default=0)


@pytest.mark.parametrize("name", NAMES)
def test_no_route_sends_a_long_value_back(app: Flask, name: str) -> None:
    start = "lat={1}&lon={0}".format(*at(500, 3000))
    for path in paths(app):
        addresses = [f"{path}?{name}={LONG}", f"{path}?{LONG}={name}"]
        if name not in ("q", "lat"):
            addresses += [f"{path}?q=Lipowa+1&{name}={LONG}", f"{path}?{start}&{name}={LONG}"]
        for address in addresses:
            assert echoed(app, address) <= MOST, address[:80]


def test_no_route_sends_a_long_path_back(app: Flask) -> None:
    rules = [str(rule) for rule in app.url_map.iter_rules() if "<" in str(rule)]
    for path in (f"/{LONG}", *(PART.sub(LONG, rule) for rule in rules)):
        assert echoed(app, path) <= MOST, path[:80]


def test_a_long_search_is_refused_on_a_small_page(app: Flask) -> None:
    for path in ("/nearest", "/aed", "/en/nearest", "/uk/aed"):
        answer = app.test_client().get(f"{path}?q={LONG}")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert f'value="{LONG[:MOST]}"' in text
        assert len(text) < 20_000


def test_the_languages_keep_what_can_be_meant(app: Flask) -> None:
    address = f"/en/nearest?layer=aeds&q={LONG}&pace=1.1&{LONG}=1"
    text = app.test_client().get(address).get_data(as_text=True)
    assert 'href="/uk/nearest?layer=aeds&amp;pace=1.1"' in text


def test_a_pace_that_is_no_number_is_not_offered_again(app: Flask) -> None:
    text = app.test_client().get("/en/nearest?q=Lipowa+1&pace=quickly").get_data(as_text=True)
    assert "Other: quickly" not in text
    assert "given: “quickly”" in text
