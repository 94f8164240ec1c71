"""The code of the maps: whole in its parts, only what a map needs, never stale, small."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from locator.base.geojson import collection
from locator.city.model import City
from locator.web import static_files
from locator.web.map import code as mapcode
from locator.web.map import elements, views
from locator.web.map import pages as mapviews
from locator.web.map.figure import Map, render
from locator.web.map.labels import LABELS
from locator.web.map.parts import NEEDS, files, in_order
from locator.web.map.symbols import symbol

STATIC_PARTS = sorted(mapcode.PARTS.glob("*.js"))
GIVEN = re.compile(r"Object\.assign\(locatorMap, \{ ([^}]*) \}")
TAKEN = re.compile(r"const \{ ([^}]*) \} = locatorMap;")
CALLED = re.compile(r"locatorMap\.(\w+)")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
FOR_PAGES = {"of", "broken"}
"""What pages and tests may call, though no part does."""


def app_templates() -> Path:
    return Path(__file__).resolve().parents[2] / "templates"


def source(part: str) -> str:
    return COMMENT.sub("", (mapcode.PARTS / f"{part}.js").read_text(encoding="utf-8"))


def given(part: str) -> set[str]:
    found = GIVEN.search(source(part))
    return set(found[1].split(", ")) if found else set()


def taken(part: str) -> set[str]:
    found = TAKEN.search(source(part))
    return set(found[1].split(", ")) if found else set()


def called(part: str) -> set[str]:
    return set(CALLED.findall(source(part)))


# The parts ----------------------------------------------------------------------------------


def test_every_file_is_a_part_and_every_part_a_file() -> None:
    assert {path.stem for path in STATIC_PARTS} == set(NEEDS)


def test_each_part_stands_after_what_it_needs() -> None:
    before: set[str] = set()
    for part, needs in NEEDS.items():
        assert set(needs) <= before, part
        before.add(part)


def test_parts_come_with_all_they_need_and_in_order() -> None:
    assert in_order(["origin", "symbols"]) == (
        "namespace",
        "turns",
        "core",
        "gestures",
        "popups",
        "asking",
        "printing",
        "stage",
        "symbols",
        "origin",
    )
    assert in_order([]) == ()
    with pytest.raises(ValueError, match="nowhere"):
        in_order(["core", "nowhere"])


def test_what_draws_is_a_file_of_its_own_that_a_worker_can_run() -> None:
    drawing, rest = files(["basemap"])

    assert drawing == in_order(["studio"])
    assert (*drawing, *rest) == tuple(part for part in NEEDS if part in in_order(["basemap"]))
    for part in drawing:
        # In a worker there is neither a page nor Leaflet; only the studio knows of both.
        foreign = re.findall(r"\b(?:window|document|L)\b", source(part))
        assert part == "studio" or foreign == [], part
    assert files(["core"]) == (in_order(["core"]),)
    assert files([]) == ()


@pytest.mark.parametrize("part", NEEDS)
def test_what_a_part_takes_at_its_start_is_given_by_what_runs_before(part: str) -> None:
    needed = set().union(*(given(one) for one in in_order([part]) if one != part))

    assert taken(part) <= needed
    unused = {name for name in taken(part) if len(re.findall(rf"\b{name}\b", source(part))) < 2}
    assert unused == set()


def test_what_parts_call_is_given_and_what_they_give_is_used() -> None:
    everything = set().union(*(given(part) for part in NEEDS))
    used = set().union(*(taken(part) | called(part) for part in NEEDS))
    kinds = elements.MapElement.__subclasses__()
    acts = {kind.act for kind in kinds if kind.act}

    assert used <= everything
    assert everything - used == (acts | FOR_PAGES) - used


@pytest.mark.parametrize("path", STATIC_PARTS, ids=lambda path: path.stem)
def test_a_part_opens_with_its_act_and_keeps_to_its_own_scope(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.startswith("/* ")
    assert text.split("*/\n", 1)[1].startswith('(() => {\n  "use strict";\n')
    assert text.endswith("})();\n")
    assert len(text.splitlines()) < 150


SELECTOR_CLASS = re.compile(r"\.((?:map|is|has)-[\w-]+)")


def test_every_class_that_is_styled_is_given_by_a_script_or_a_page() -> None:
    styles = {path.stem: COMMENT.sub("", path.read_text()) for path in mapcode.PARTS.glob("*.css")}
    scripts = "".join(source(part) for part in NEEDS)
    pages = "".join(path.read_text() for path in app_templates().rglob("*.html"))

    assert set(styles) <= set(NEEDS)
    for part, style in styles.items():
        for name in SELECTOR_CLASS.findall(style):
            # Composed in the script: is-${kind}, map-${kind}.
            composed = name in {"is-sequential", "is-diverging"}
            composed |= name == "is-walk-estimate"
            assert composed or re.search(rf"\b{name}\b", scripts + pages), f"{part}.css: {name}"


def test_every_word_of_the_maps_is_said_by_a_part() -> None:
    everything = "".join(source(part) for part in NEEDS)

    assert {key for key in LABELS if not re.search(rf"\b{key}\b", everything)} == set()


def _maps(walkable_city: views.Ground, tiny: City) -> dict[str, Map]:
    aeds = symbol(tiny.catalogue.layers["aeds"], language="pl")
    return {
        "layer": views.layer_map(walkable_city, symbol=aeds, features_url="/f", nearest_url="/n"),
        "facility": views.facility_map(
            walkable_city, symbol=aeds, lon=19.9, lat=50.1, features=collection([])
        ),
        "coverage": views.coverage_map(
            walkable_city, areas_url="/a", shading=views.Shading("T", "v", (), ("all",))
        ),
        "nearest": views.nearest_map(
            walkable_city,
            symbols=[aeds],
            origin=(19.9, 50.1, "Start"),
            features=collection([]),
            walks=collection([]),
            nearest_url="/n",
            walk_labels={},
        ),
    }


@pytest.mark.parametrize(
    ("kind", "wanted", "unwanted"),
    [
        ("layer", {"address", "clusters", "legend"}, {"areas", "lines", "origin", "moving"}),
        ("facility", {"basemap"}, {"address", "areas", "clusters", "legend", "lighting", "lines"}),
        ("coverage", {"areas"}, {"features", "lines", "address", "origin"}),
        ("nearest", {"lines", "origin", "lighting"}, {"areas", "clusters", "legend", "moving"}),
    ],
)
def test_a_map_asks_for_the_parts_it_needs(
    tiny: City, kind: str, wanted: set[str], unwanted: set[str]
) -> None:
    box = (19.8, 50.0, 20.2, 50.1)
    walkable_city = views.Ground(box, "Mapa", LABELS, "©", "/{z}/{x}/{y}", box, "/f/__id__")
    parts = set(render(_maps(walkable_city, tiny)[kind], asset_url=str).parts)

    assert wanted <= parts
    assert not unwanted & parts


# The addresses ------------------------------------------------------------------------------


@pytest.fixture
def code_url(app: Flask) -> Callable[[tuple[str, ...]], str]:
    def address(parts: tuple[str, ...]) -> str:
        with app.test_request_context("/en/map"):
            return mapcode.code_url(parts)

    return address


def test_the_parts_arrive_as_one_and_keep_for_a_year(
    client: FlaskClient, code_url: Callable[[tuple[str, ...]], str]
) -> None:
    answer = client.get(code_url(in_order(["popups"])))

    assert answer.data == b"".join(
        (mapcode.PARTS / f"{part}.js").read_bytes() for part in in_order(["popups"])
    )
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == mapcode.FOREVER
    assert "Content-Encoding" not in answer.headers


def test_the_styles_of_the_parts_arrive_as_one_too(app: Flask) -> None:
    with app.test_request_context("/en/map"):
        address = mapcode.style_url(in_order(["symbols", "features"]))
    answer = app.test_client().get(address)

    assert address.endswith("/core.gestures.popups.asking.stage.symbols.css")
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == mapcode.FOREVER
    assert answer.text.endswith((mapcode.PARTS / "symbols.css").read_text(encoding="utf-8"))


def test_a_changed_part_has_another_address(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapcode, "PARTS", tmp_path)
    (tmp_path / "core.js").write_text("1;")
    with app.test_request_context("/"):
        before = mapcode.code_url(("core",))
        (tmp_path / "core.js").write_text("2; // longer")
        os.utime(tmp_path / "core.js", (1, 1))
        monkeypatch.setattr(static_files, "now_s", lambda: time.monotonic() + 1.0)
        after = mapcode.code_url(("core",))

    assert before != after
    assert app.test_client().get(before).status_code == 404
    assert app.test_client().get(after).data == b"2; // longer"


def test_both_files_of_a_page_are_served_and_together_are_the_whole(
    app: Flask, client: FlaskClient
) -> None:
    with app.test_request_context("/en/map"):
        addresses = mapcode.code_urls(("basemap", "start"))

    assert len(addresses) == 2
    arrived = b"".join(client.get(address).data for address in addresses)
    parts = (*files(["basemap", "start"])[0], *files(["basemap", "start"])[1])
    assert arrived == b"".join((mapcode.PARTS / f"{part}.js").read_bytes() for part in parts)


@pytest.mark.parametrize("names", ["nowhere", "popups", "popups.core", "core.core", "", "../core"])
@pytest.mark.parametrize("ending", ["js", "css", "py"])
def test_only_whole_sets_in_order_are_served(client: FlaskClient, names: str, ending: str) -> None:
    assert client.get(f"/maps/code/{'0' * 12}/{names}.{ending}").status_code == 404


@pytest.mark.parametrize("name", ["leaflet.js", "site.css", "search.js"])
def test_text_that_never_changes_is_as_small_as_it_gets(client: FlaskClient, name: str) -> None:
    leaflet = f"/vendor/leaflet/{mapcode._version('leaflet')}/leaflet.js"
    address = leaflet if name == "leaflet.js" else f"/static/{name}"
    plain = client.get(address)
    small = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    older = client.get(address, headers={"Accept-Encoding": "gzip"})

    assert small.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert brotli.decompress(small.data) == plain.data
    assert len(small.data) == len(brotli.compress(plain.data)) < 38_000
    assert older.headers["Content-Encoding"] == "gzip"
    assert plain.mimetype == small.mimetype == older.mimetype


def test_a_page_may_live_below_a_path(app: Flask) -> None:
    environ = {"locator.root": "/miasto"}
    with app.test_request_context("/map", environ_overrides=environ):
        page_map = mapviews.map_for("city", {})

    assert all(address.startswith("/miasto/") for address in page_map.scripts)


VENDOR = [f"/vendor/{'/'.join(parts)}" for parts in mapcode._vendor_files()]


@pytest.mark.parametrize("address", VENDOR)
def test_leaflets_files_are_there(client: FlaskClient, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype in ("text/javascript", "text/css", "image/png")


@pytest.mark.parametrize(
    "name",
    [
        "leaflet-src.js",
        "../__init__.py",
        "..%2f__init__.py",
        "images/",
        "leaflet.js/",
        "nothing.js",
    ],
)
def test_nothing_else_of_the_packages_is_served(client: FlaskClient, name: str) -> None:
    version = mapcode._version("leaflet")

    assert client.get(f"/vendor/leaflet/{version}/{name}").status_code == 404
