"""Kinds of facility: declared once in three languages, shown in the language of the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from locator.city.field_types import LANGUAGES
from locator.city.model import City, load_city
from locator.curation.notices import notices
from tests.breaking import edit_feature, edit_text, fault, faults
from tests.serving import client_of

KINDS = """\
"żłobek miejski" = { pl = "żłobek miejski", en = "city nursery", uk = "міські ясла" }
"żłobek prywatny" = { pl = "żłobek prywatny", en = "private nursery", uk = "приватні ясла" }
"""


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    (tiny_folder / "kinds.toml").write_text(KINDS, encoding="utf-8")
    edit_feature(tiny_folder, "nurseries.geojson", 0, kind="żłobek miejski")
    edit_feature(tiny_folder, "nurseries.geojson", 1, kind="żłobek prywatny")
    return tiny_folder


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return client_of(folder)


def test_a_folder_without_kinds_needs_no_file(tiny: City) -> None:
    assert tiny.kinds == {}
    assert tiny.mixed_layers == frozenset()


def test_kinds_are_read_with_their_names(folder: Path) -> None:
    city = load_city(folder)
    assert city.kinds["żłobek miejski"]["uk"] == "міські ясла"
    assert city.mixed_layers == {"nurseries"}


def test_a_kind_that_is_not_declared_is_a_fault(folder: Path) -> None:
    edit_feature(folder, "aeds.geojson", 1, kind="AED w urzędzie")
    assert fault(folder) == (
        "aeds.geojson: aeds-2: kind: is 'AED w urzędzie' "
        "(allowed: a kind that kinds.toml names in every language)"
    )


def test_kinds_without_their_file_are_faults(folder: Path) -> None:
    (folder / "kinds.toml").unlink()
    assert len(faults(folder)) == 2


def test_a_kind_that_is_no_text_has_one_fault(folder: Path) -> None:
    edit_feature(folder, "nurseries.geojson", 0, kind=["żłobek"])
    assert (
        fault(folder)
        == "nurseries.geojson: nurseries-1: kind: is ['żłobek'] (allowed: a text or null)"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            ', uk = "міські ясла"',
            "",
            "kinds.toml: -: żłobek miejski.uk: is missing (allowed: a text in pl, en, uk)",
        ),
        (
            'en = "private nursery"',
            'en = " "',
            "kinds.toml: -: żłobek prywatny.en: is missing (allowed: a text in pl, en, uk)",
        ),
    ],
)
def test_every_kind_is_named_in_every_language(folder: Path, old: str, new: str, said: str) -> None:
    edit_text(folder, "kinds.toml", old, new)
    assert fault(folder) == said


def test_a_damaged_file_of_kinds_is_a_fault(folder: Path) -> None:
    edit_text(folder, "kinds.toml", "=", ":")
    assert "kinds.toml: -: -: is not valid TOML" in faults(folder)[0]


def test_a_layer_may_only_count_by_declared_kinds(folder: Path) -> None:
    edit_text(folder, "catalogue.toml", "public = [true]", 'kind = ["żłobek gminny"]')
    assert fault(folder) == (
        "catalogue.toml: layers.nurseries: expected_where: names the kind 'żłobek gminny' "
        "(allowed: a kind that kinds.toml names in every language)"
    )


def test_a_kind_that_no_facility_has_is_a_notice(folder: Path) -> None:
    edit_feature(folder, "nurseries.geojson", 1, kind=None)
    said = [str(notice) for notice in notices(load_city(folder)) if notice.file == "kinds.toml"]
    assert said == ["kinds.toml: żłobek prywatny: no facility is of this kind"]


def test_pages_say_the_kind_in_their_language(client: FlaskClient) -> None:
    for prefix, word in (("", "żłobek miejski"), ("/en", "city nursery"), ("/uk", "міські ясла")):
        for path in (
            "/facilities/nurseries-1",
            "/layers/nurseries",
            "/nearest?layer=nurseries&q=Lipowa+1",
        ):
            text = client.get(prefix + path).get_data(as_text=True)
            assert re.search(rf">{word}(</p>| · )", text), prefix + path


def test_the_filter_finds_a_kind_in_the_words_of_the_page_and_of_the_source(
    client: FlaskClient,
) -> None:
    for words in ("private nursery", "zlobek prywatny"):
        text = client.get(f"/en/layers/nurseries?q={words}").get_data(as_text=True)
        assert "Żłobek Nad Rzeką" in text
        assert "Żłobek Pod Lipą" not in text


def test_popups_say_the_kind_where_a_layer_has_several(client: FlaskClient) -> None:
    features = json.loads(client.get("/en/maps/features.geojson?layer=nurseries").data)["features"]
    lines = {item["id"]: item["properties"]["lines"] for item in features}
    assert lines["nurseries-1"][0] == "city nursery"
    assert lines["nurseries-3"][0].startswith("ul. Polna 3")


def test_the_api_keeps_the_kind_and_adds_its_name(client: FlaskClient) -> None:
    for prefix, word in (("", "żłobek miejski"), ("/en", "city nursery"), ("/uk", "міські ясла")):
        for path in ("/api/layers/nurseries", "/api/nearest?layer=nurseries&q=Lipowa+1"):
            first = json.loads(client.get(prefix + path).data)["features"][0]["properties"]
            assert (first["kind"], first["kind_name"]) == ("żłobek miejski", word)


def test_pages_in_another_language_say_what_the_sources_are_quoted_in(
    client: FlaskClient,
) -> None:
    for path in ("/facilities/nurseries-3", "/data"):
        assert "this language: Polish." in client.get(f"/en{path}").get_data(as_text=True)
        assert "мова: польська." in client.get(f"/uk{path}").get_data(as_text=True)
        assert "język: polski" not in client.get(path).get_data(as_text=True)


def test_every_kind_of_krakow_is_named_and_used(krakow: City) -> None:
    assert set(krakow.kinds) == set(krakow.facilities["kind"].dropna())
    assert all(tuple(names) == LANGUAGES for names in krakow.kinds.values())
    polish = set("ąćęłńóśźż")
    assert not [names["en"] for names in krakow.kinds.values() if polish & set(names["en"])]
