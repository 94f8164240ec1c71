"""Every address with everything wrong that a visitor can send: an answer, never an accident."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.tinycity import at

SCRIPT = "<script>alert(1)</script>"
VALUES = (
    "",
    SCRIPT,
    "\"'><img src=x onerror=alert(1)>",
    "x" * 10_000,
    "-1",
    "0",
    "nan",
    "inf",
    "1e999",
    "9" * 400,
    "50.1,19.9",
    "52.23,21.01",
    "\x00\u202e\ufffd",
    "{{7*7}}${7*7}",
    "../../etc/passwd",
    "nurseries",
    "nurseries-1",
    "2026-02-31T99:99",
    "[]",
    '{"open":[1,null],"close":{},"add":"x"}',
)
NAMES = (
    *("q", "lat", "lon", "layer", "k", "pace", "open", "status", "at", "minutes", "group"),
    *("precision", "district", "sort", "id", "limit", "n", "scenario", "add", "close", "page"),
)
LON, LAT = at(500, 3000)


FEW_WORDS = {"ending": "js", "theme": "light"}
"""Arguments of paths that may be one of a few words only."""


def addresses(app: Flask) -> list[tuple[Rule, str]]:
    """Return every rule that answers GET, with a path that fits it."""
    known = {"layer": "nurseries", "layer_id": "nurseries", "facility_id": "nurseries-1"}
    known |= FEW_WORDS
    with app.test_request_context("/"):
        adapter = app.url_map.bind("localhost")
        found = []
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                values = {name: known.get(name, "1") for name in rule.arguments}
                found.append((rule, adapter.build(rule.endpoint, values)))
        return found


def check(answer: TestResponse, *asked: object) -> None:
    """Assert that an answer is neither an accident nor a page with somebody's script in it."""
    assert answer.status_code < 500, asked
    if answer.mimetype == "text/html":
        assert SCRIPT not in answer.text and "<img src=x" not in answer.text, asked
    else:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("quarter", range(4))
def test_no_query_string_makes_an_accident(app: Flask, quarter: int) -> None:
    client = app.test_client()
    for place, (_, path) in list(enumerate(addresses(app)))[quarter::4]:
        for row, name in enumerate(NAMES):
            # Every fourth value, another quarter for each neighbour: all meet all kinds of name.
            for value in VALUES[(place // 4 + row) % 4 :: 4]:
                # A walk needs a start: without one nothing else would be looked at.
                start = {} if name in ("q", "lat", "lon") else {"lat": LAT, "lon": LON}
                query = {"layer": "nurseries", **start, name: value}
                check(client.get(path, query_string=query), path, name, value)


def _filled(value: str, argument: re.Match[str]) -> str:
    """Return what stands in a path for an argument, whatever kind of word the rule wants."""
    return FEW_WORDS.get(argument[1], quote(value, safe=""))


def test_no_path_makes_an_accident(app: Flask) -> None:
    client = app.test_client()
    paths = [
        re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", partial(_filled, value), rule.rule)
        for rule, _ in addresses(app)
        if rule.arguments
        for value in VALUES
        if value
    ]
    assert paths
    for path in paths:
        for prefix in ("", "/en", "/uk"):
            check(client.get(prefix + path, buffered=True), prefix, path)


def test_both_ways_to_say_where_and_repeated_ones_are_answered(app: Flask) -> None:
    client = app.test_client()
    both = f"q=a&lat={LAT}&lon={LON}"
    for _, path in addresses(app):
        for query in (both, f"lat={LAT}", "k=1&k=2&q=a&q=b", "%ff=%fe", "&&=&"):
            check(client.get(f"{path}?layer=nurseries&{query}"), path, query)
