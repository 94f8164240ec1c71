"""The list of a layer is the same for everybody within a minute, and made once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from locator.api.context import AppState
from locator.web import create_app
from locator.web.pages import layer as layer_page
from tests.serving import UNPACKED


@pytest.fixture
def fresh(city_folder: Path) -> Flask:
    """An application that remembers no page yet."""
    return create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})


def test_a_list_is_made_once_a_minute_for_each_language_and_host(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, moment, made = fresh.test_client(), [datetime(2026, 11, 27, 10, 0, 5)], []
    listing_of = layer_page.listing_of
    monkeypatch.setattr(AppState, "now", lambda self: moment[0].replace(tzinfo=self.timezone))
    monkeypatch.setattr(
        layer_page, "listing_of", lambda *a, **k: made.append(1) or listing_of(*a, **k)
    )

    def times(path: str, **how: str) -> int:
        made.clear()
        assert client.get(path, **how).status_code == 200
        return len(made)

    first = client.get("/layers/nurseries").text
    moment[0] += timedelta(seconds=54)
    assert times("/layers/nurseries") == 0
    assert client.get("/layers/nurseries").text == first
    assert times("/en/layers/nurseries") == 1
    assert times("/layers/nurseries", base_url="https://city.example") == 1
    assert times("/layers/nurseries?q=x") == times("/layers/nurseries?q=x") == 1
    moment[0] += timedelta(seconds=1)  # a door may just have closed
    assert times("/layers/nurseries") == 1


def test_rows_that_are_kept_say_what_the_hour_says(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, moment = fresh.test_client(), [datetime(2026, 11, 27, 10, 0)]
    monkeypatch.setattr(AppState, "now", lambda self: moment[0].replace(tzinfo=self.timezone))

    def said(query: str) -> list[tuple[str, str]]:
        page = client.get(f"/en/layers/nurseries{query}").text
        return re.findall(r'data-open="(open|closed)".*?<span>([^<]+)', page, re.DOTALL)

    for query in ("", "?q=lipowa"):
        for hour, state, words in (
            (10, "open", "Open now, until 17:00"),
            (12, "open", "Open now, until 17:00"),
            (17, "closed", "Closed now, opens Monday 07:00"),
            (10, "open", "Open now, until 17:00"),
        ):
            moment[0] = moment[0].replace(hour=hour)
            assert said(query) == [(state, words)]


@pytest.mark.parametrize("encoding", UNPACKED)
def test_who_has_the_list_is_told_so(client: FlaskClient, encoding: str) -> None:
    accept = {"Accept-Encoding": encoding}
    first = client.get("/layers/nurseries", headers=accept)
    plain = client.get("/layers/nurseries", headers={"Accept-Encoding": "identity"})
    assert UNPACKED[encoding](first.data) == plain.data
    assert first.headers["Vary"] == "Accept-Encoding"
    again = client.get(
        "/layers/nurseries", headers={**accept, "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/layers/nurseries", headers={**accept, "If-None-Match": '"another"'})
    # The moment of packing stands in what gzip packs.
    assert (other.status_code, UNPACKED[encoding](other.data)) == (200, plain.data)
    assert first.headers["Cache-Control"] == "no-cache"
