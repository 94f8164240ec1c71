"""What two years changed, on its page, for machines and on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from locator.web import create_app
from tests.breaking import edit_feature
from tests.city.test_history import CLAIMS
from tests.cli.running import locator


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.tinycity import write_tiny_city

    folder = write_tiny_city(tmp_path_factory.mktemp("years") / "tiny")
    edit_feature(folder, position=0, is_new=True)
    (folder / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def visitor(folder: Path) -> FlaskClient:
    return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0}).test_client()


def test_machines_get_each_claim_with_its_people(visitor: FlaskClient) -> None:
    answer = visitor.get("/en/api/two-years").get_json()
    assert answer["period"] == {"since": "2024-05", "until": "2026-05", "basis": "Agreed"}
    (claim,) = answer["claims"]
    names = (
        "kind",
        "unnamed",
        "before_low",
        "before_high",
        "after_low",
        "gained_low",
        "gained_high",
    )
    assert [claim[name] for name in names] == ["new", 1, 10, 25, 50, 25, 40]
    (one,) = claim["facilities"]
    assert (one["id"], one["gained"], one["cost_per_person"]) == ("nurseries-1", 25, 40.0)
    assert [one["id"] for one in answer["openings"]] == ["nurseries-4"]


@pytest.mark.parametrize("language", ["", "/en", "/uk"])
def test_the_page_is_there_in_every_language(visitor: FlaskClient, language: str) -> None:
    page = visitor.get(f"{language}/two-years")
    assert page.status_code == 200
    words = page.get_data(as_text=True)
    assert "25 – 40" in words
    assert "Żłobek Pod Lipą" in words


def test_without_claims_the_page_says_so(client: FlaskClient) -> None:
    page = client.get("/en/two-years").get_data(as_text=True)
    assert "Nobody has written down yet what this city says that it has changed." in page
    answer = client.get("/api/two-years").get_json()
    assert (answer["period"], answer["claims"]) == (None, [])


def test_the_command_says_the_same(folder: Path) -> None:
    out = locator(folder, "changes").output
    assert "25 – 40" in out
    assert "Two new ones" in out
