"""The widgets for pages of others: who may frame them, how they speak, what they weigh."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from locator.web.embedding import origins_of
from locator.web.pages import nearest
from tests.serving import client_of

CITY = "https://www.example.org"
WIDGETS = ("/embed/nearest", "/embed/map", "/embed/map?layer=none", "/embed/nearest?lang=xx")


def directive(client: FlaskClient, path: str, name: str) -> str:
    policy = client.get(path).headers["Content-Security-Policy"]
    (found,) = re.findall(rf"(?:^|; ){name} ([^;]*)", policy)
    return str(found)


@pytest.fixture(scope="module")
def opened(city_folder: Path) -> FlaskClient:
    """The tiny city, whose widgets one site may show."""
    return client_of(city_folder, EMBED_ORIGINS=f"{CITY}, https://*.example.com")


@pytest.mark.parametrize("path", WIDGETS)
def test_a_widget_is_framed_by_us_and_by_named_origins_alone(
    client: FlaskClient, opened: FlaskClient, path: str
) -> None:
    assert directive(client, path, "frame-ancestors") == "'self'"
    allowed = f"'self' {CITY} https://*.example.com"
    assert directive(opened, f"/uk{path}", "frame-ancestors") == allowed
    assert opened.get(path).headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/", "/embed", "/nearest", "/aed", "/nowhere", "/embed/nowhere"])
def test_no_other_page_is_framed(opened: FlaskClient, path: str) -> None:
    assert directive(opened, path, "frame-ancestors") == "'none'"
    own = "'self'" if path == "/embed" else "'none'"
    assert directive(opened, path, "frame-src") == own


@pytest.mark.parametrize(
    ("setting", "origins"),
    [
        ("", ()),
        (" https://a.pl,http://b.pl:8080  https://a.pl", ("https://a.pl", "http://b.pl:8080")),
        ("*", ("*",)),
    ],
)
def test_the_setting_lists_origins(setting: str, origins: tuple[str, ...]) -> None:
    assert origins_of(setting) == origins


@pytest.mark.parametrize(
    "setting",
    ["www.a.pl", "https://a.pl/", "https://a.pl;script-src", "https://*", "'self'", "https://a.*"],
)
def test_what_is_no_origin_stops_the_start(setting: str) -> None:
    with pytest.raises(ValueError, match="EMBED_ORIGINS is .* is no origin"):
        origins_of(setting)


def test_the_language_is_a_parameter_or_part_of_the_address(client: FlaskClient) -> None:
    answer = client.get("/embed/nearest?layer=aeds&lang=uk")
    assert (answer.status_code, answer.location) == (302, "/uk/embed/nearest?layer=aeds&lang=uk")
    answer = client.get(answer.location)
    assert answer.status_code == 200 and '<html lang="uk">' in answer.text
    assert client.get("/embed/map?lang=xx").status_code == 400
    assert client.get("/embed/map?lang=&layer=aeds").status_code == 200


def test_a_widget_keeps_its_layer_and_leads_out_of_the_frame(client: FlaskClient) -> None:
    page = client.get("/en/embed/nearest?layer=nurseries&q=Lipowa+1").text
    assert '<input type="hidden" name="layer" value="nurseries">' in page
    assert page.count('<li class="result">') == 3
    outward = re.findall(r'<a[^>]*href="/en/(?!embed)[^>]*>', page)
    assert outward and all('target="_blank" rel="noopener"' in link for link in outward)
    assert 'href="/en/nearest?q=Lipowa+1&amp;layer=nurseries&amp;k=3"' in page


def test_a_place_to_choose_from_stays_in_the_frame(client: FlaskClient) -> None:
    page = client.get("/en/embed/nearest?layer=nurseries&q=Lipowa+999").text
    links = re.findall(r'class="candidate" href="([^"]+)"', page)
    assert links and all(link.startswith("/en/embed/nearest?") for link in links)
    assert 'role="alert"' in page


def test_the_search_is_answered_without_what_it_does_not_show(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(nearest, "_map")
    monkeypatch.delattr(nearest, "transit_words")
    assert 'class="results' in client.get("/embed/nearest?layer=nurseries&q=Lipowa+1").text


def test_the_search_weighs_little(client: FlaskClient) -> None:
    address = "/embed/nearest?q=Lipowa+1"
    page = client.get(address)
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(files) == 2
    sizes = [len(brotli.compress(client.get(one, buffered=True).data, quality=5)) for one in files]
    style = client.get(files[0]).text
    families = re.findall(r'@font-face[^}]*font-family: "([^"]+)"', style)
    (*_, used) = re.findall(r"--sans: ([^;]+);", style)
    assert not any(family in used for family in families)  # so that no typeface is loaded
    assert len(brotli.compress(page.data, quality=5)) + sum(sizes) < 20_000


def snippet(client: FlaskClient, path: str) -> str:
    (found,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", client.get(path).text, re.DOTALL)
    return unescape(str(found))


def test_the_snippet_names_what_was_chosen(client: FlaskClient) -> None:
    asked = "/en/embed?show=map&layer=nurseries&lang=uk&height=420"
    assert snippet(client, asked) == (
        '<iframe src="http://localhost/uk/embed/map?layer=nurseries" '
        'title="Карта: Ясла – Мале Місто" width="100%" height="420" loading="lazy" '
        'allow="geolocation"></iframe>'
    )
    assert 'src="http://localhost/embed/nearest" title="' in snippet(client, "/embed?layer=&lang=")


@pytest.mark.parametrize(
    ("query", "code"), [("height=1", 400), ("show=all", 400), ("layer=none", 404), ("x=1", 200)]
)
def test_a_wrong_choice_is_said(client: FlaskClient, query: str, code: int) -> None:
    assert client.get(f"/embed?{query}").status_code == code


def test_who_may_show_it_is_said(client: FlaskClient, opened: FlaskClient) -> None:
    assert "LOCATOR_EMBED_ORIGINS" in client.get("/en/embed").text
    page = opened.get("/en/embed").text
    assert CITY in page and "LOCATOR_EMBED_ORIGINS" not in page
