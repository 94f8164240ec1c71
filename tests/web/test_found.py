"""Found and shared: canonical addresses, sitemap, icons, pictures, data about facilities."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from locator.base.opening_hours.week import week_of
from locator.web import create_app
from tests.breaking import edit_feature

HEAD = re.compile(r'<link rel="(canonical|alternate)"(?: hreflang="([^"]+)")? href="([^"]+)">')


def links(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the addresses in a page's head by language, the canonical one by its name."""
    page = client.get(path).text
    return {language or rel: url.replace("&amp;", "&") for rel, language, url in HEAD.findall(page)}


def test_a_page_has_one_address_in_each_language(client: FlaskClient) -> None:
    assert links(client, "/en/coverage/nurseries?minutes=10&x=1") == {
        "canonical": "http://localhost/en/coverage/nurseries?minutes=10",
        "pl": "http://localhost/coverage/nurseries?minutes=10",
        "en": "http://localhost/en/coverage/nurseries?minutes=10",
        "uk": "http://localhost/uk/coverage/nurseries?minutes=10",
        "x-default": "http://localhost/coverage/nurseries?minutes=10",
    }


@pytest.mark.parametrize("start", ["q=Lipowa+1", "lat=50.0765&lon=19.8995"])
def test_no_address_says_where_somebody_is(client: FlaskClient, start: str) -> None:
    found = links(client, f"/nearest?layer=nurseries&{start}&k=3")
    assert set(found.values()) == {
        f"http://localhost{prefix}/nearest?layer=nurseries" for prefix in ("", "/en", "/uk")
    }


def test_the_sitemap_names_pages_that_answer(client: FlaskClient) -> None:
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    urls = re.findall(r"<loc>http://localhost([^<]+)</loc>", answer.text)
    assert "/facilities/nurseries-1" in urls and "/uk/layers/aeds" in urls
    assert len(urls) == len(set(urls))
    assert [url for url in urls if client.get(url).status_code != 200] == []
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png"])
def test_icons_are_where_browsers_look(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200 and answer.mimetype.startswith("image/")


def test_a_shared_page_has_a_picture_of_its_layer(client: FlaskClient) -> None:
    page = client.get("/en/layers/nurseries").text
    assert '<meta property="og:image" content="http://localhost/share/nurseries.png">' in page
    assert '<meta property="og:title" content="Nurseries">' in page
    picture = client.get("/share/nurseries.png")
    assert (picture.status_code, picture.data[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    size = BytesIO(picture.data[16:24])
    assert [int.from_bytes(size.read(4)) for _ in range(2)] == [1200, 630]
    assert client.get("/share/all.png").data != picture.data
    assert client.get("/share/none.png").status_code == 404


def data_of(client: FlaskClient, facility: str) -> dict[str, object]:
    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>',
        client.get(f"/en/facilities/{facility}").text,
    )
    data: dict[str, object] = json.loads(block)
    return data


def test_a_facility_says_what_is_known_and_nothing_else(client: FlaskClient) -> None:
    public = data_of(client, "nurseries-1")
    assert public["@type"] == "GovernmentService"
    channel: dict[str, dict[str, object]] = public["availableChannel"]  # type: ignore[assignment]
    (hours,) = channel["serviceLocation"]["openingHoursSpecification"]  # type: ignore[misc]
    assert (hours["opens"], hours["closes"]) == ("07:00", "17:00")
    assert hours["dayOfWeek"] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    private = data_of(client, "nurseries-2")
    assert private["@type"] == "Place" and "openingHoursSpecification" not in private
    unlocated = data_of(client, "nurseries-5")
    assert "geo" not in json.dumps(unlocated).lower().replace("geocoo", "geo")


def test_a_name_cannot_end_the_data_block(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", 0, name="</script><b>")
    client = create_app({"GEODATA": tiny_folder, "LIMIT_PER_MINUTE": 0}).test_client()
    assert data_of(client, "nurseries-1")["name"] == "</script><b>"


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("24/7", ((((0, 1440),),) * 7)),
        ("Mo-Fr 08:00-16:00; PH off", (((480, 960),),) * 5 + ((),) * 2),
        ("Mo-Su 08:00-16:00; Su off", (((480, 960),),) * 6 + ((),)),
        ("Mo 08:00-10:00,12:00-14:00", (((480, 600), (720, 840)),) + ((),) * 6),
        ("Jan-Mar 08:00-16:00", None),
        ("sunrise-sunset", None),
        ("Mo-Fr 22:00-06:00", None),
        ("Mo-Fr 08:00+", None),
        ("nobody knows", None),
    ],
)
def test_only_plain_hours_are_a_week(text: str, week: object) -> None:
    assert week_of(text) == week


def test_pages_of_errors_help(client: FlaskClient) -> None:
    page = client.get("/en/no-such-page").text
    assert 'name="q"' in page and 'href="tel:112"' in page
    assert 'href="/en/layers/nurseries"' in page


def test_security_is_reported_to_whom_the_operator_names(
    client: FlaskClient, city_folder: Path
) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings = {"GEODATA": city_folder, "SECURITY_CONTACT": "mailto:a@example.org"}
    said = create_app(settings).test_client().get("/.well-known/security.txt").text
    assert said.startswith("Contact: mailto:a@example.org\nExpires: 2")


def test_a_contact_that_is_no_address_stops_the_start(city_folder: Path) -> None:
    with pytest.raises(ValueError, match="SECURITY_CONTACT is 'me'"):
        create_app({"GEODATA": city_folder, "SECURITY_CONTACT": "me"})
