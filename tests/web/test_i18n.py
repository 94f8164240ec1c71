"""The language of the URL: prefixes, links, messages, numbers and dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix

from locator.base.errors import N_, LocatorError
from locator.base.i18n import speaking
from locator.web import i18n


def small_app() -> Flask:
    app = Flask(__name__)
    i18n.install(app)

    @app.get("/")
    def home() -> str:
        return i18n.current_language()

    @app.get("/nearest")
    def nearest() -> str:
        return i18n.url("nearest", layer=["a", "b"], q="Rynek Główny 1")

    @app.get("/place/<name>")
    def place(name: str) -> str:
        return i18n.url("place", {"name": "of the query"}, name=name, more=1)

    @app.get("/other/<language>")
    def other(language: str) -> str:
        return i18n.alternate_url(language)

    @app.get("/whole/<language>")
    def whole(language: str) -> str:
        return i18n.alternate_url(language, absolute=True)

    return app


@pytest.fixture
def client() -> FlaskClient:
    return small_app().test_client()


@pytest.mark.parametrize(
    ("path", "language"), [("/", "pl"), ("/en/", "en"), ("/uk/", "uk"), ("/en/?x=1", "en")]
)
def test_the_first_segment_is_the_language(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(path)
    assert (answer.text, answer.headers["Content-Language"]) == (language, language)


def test_an_address_is_that_of_its_own_place_and_language_whatever_was_asked_before(
    client: FlaskClient,
) -> None:
    said = "?more=1&name=of+the+query"
    for _ in range(2):
        for prefix in ("", "/en", "/uk"):
            for name in ("a", "b"):
                assert client.get(f"{prefix}/place/{name}").text == f"{prefix}/place/{name}{said}"
        below = client.get("/en/place/a", base_url="http://localhost/under")
        assert below.text == f"/under/en/place/a{said}"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/pl", "/"),
        ("/pl/", "/"),
        ("/pl/nearest?q=a%20b", "/nearest?q=a%20b"),
        ("/en", "/en/"),
        ("/uk?x=1", "/uk/?x=1"),
        ("/pl//elsewhere.example/", "/elsewhere.example/"),
        ("/pl/\\elsewhere.example", "/%5Celsewhere.example"),
    ],
)
def test_other_spellings_are_redirected_and_never_off_the_site(
    client: FlaskClient, path: str, target: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (308, target)


@pytest.mark.parametrize("path", ["/english", "/enx/", "/en/uk/", "/de/"])
def test_what_is_not_a_language_is_an_ordinary_path(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_links_keep_the_language(client: FlaskClient) -> None:
    query = "?layer=a&layer=b&q=Rynek+G%C5%82%C3%B3wny+1"
    assert client.get("/nearest").text == f"/nearest{query}"
    assert client.get("/uk/nearest").text == f"/uk/nearest{query}"


def test_the_same_page_in_another_language_keeps_path_and_query(client: FlaskClient) -> None:
    assert client.get("/en/other/pl?q=%C5%82&k=3").text == "/other/pl?q=%C5%82&k=3"
    assert client.get("/other/uk?q=<script>").text == "/uk/other/uk?q=%3Cscript%3E"
    assert client.get("/whole/en").text == "http://localhost/en/whole/en"


def test_a_proxy_prefix_stays_in_front_of_the_language() -> None:
    app = small_app()
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)  # type: ignore[method-assign]
    headers = {"X-Forwarded-Prefix": "/locator"}
    client = app.test_client()
    assert client.get("/en/nearest", headers=headers).text.startswith("/locator/en/nearest?")
    assert client.get("/en/other/uk", headers=headers).text == "/locator/uk/other/uk"


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    code: str = request.param
    with speaking(code):
        yield code


@pytest.mark.parametrize("language", ["pl", "en", "uk"], indirect=True)
def test_times_and_lengths_in_words(language: str) -> None:
    said = [i18n.minutes(29), i18n.minutes(330), i18n.minutes(3900), i18n.metres(4)]
    said += [i18n.metres(846), i18n.metres(1049), i18n.metres(12_345)]
    assert (
        said
        == {
            "pl": ["1 min", "6 min", "1 godz. 5 min", "10 m", "850 m", "1,0 km", "12,3 km"],
            "en": ["1 min", "6 min", "1 h 5 min", "10 m", "850 m", "1.0 km", "12.3 km"],
            "uk": ["1 хв", "6 хв", "1 год 5 хв", "10 м", "850 м", "1,0 км", "12,3 км"],
        }[language]
    )


@pytest.mark.parametrize("language", ["pl", "en", "uk"], indirect=True)
def test_numbers_and_shares(language: str) -> None:
    said = [i18n.number(1234567), i18n.number(2.345, 1), i18n.percent(0.456), i18n.percent(1, 1)]
    assert (
        said
        == {
            "pl": ["1\xa0234\xa0567", "2,3", "46%", "100,0%"],
            "en": ["1,234,567", "2.3", "46%", "100.0%"],
            "uk": ["1\xa0234\xa0567", "2,3", "46\xa0%", "100,0\xa0%"],
        }[language]
    )


@pytest.mark.parametrize("language", ["pl", "en", "uk"], indirect=True)
def test_dates_in_words_however_reduced(language: str) -> None:
    at = datetime(2026, 3, 5, 7, 4, tzinfo=ZoneInfo("Europe/Warsaw"))
    said = [i18n.day("2026-03-05"), i18n.day("2026-03"), i18n.day("2026"), i18n.moment(at)]
    assert (
        said
        == {
            "pl": ["5 marca 2026", "marzec 2026", "2026", "5 marca, 07:04"],
            "en": ["5 March 2026", "March 2026", "2026", "5 March, 07:04"],
            "uk": ["5 березня 2026\u202fр.", "березень 2026", "2026", "5 березня, 07:04"],
        }[language]
    )


@pytest.mark.parametrize("language", ["pl"], indirect=True)
def test_a_number_that_is_remembered_is_said_in_each_language(language: str) -> None:
    assert [i18n.number(x, 1) for x in (2.345, 0, -0.01, 2)] == ["2,3", "0,0", "0,0", "2,0"]
    with i18n.speaking("en"):
        assert [i18n.number(x, 1) for x in (2.345, 0, -0.01, 2)] == ["2.3", "0.0", "0.0", "2.0"]


@pytest.mark.parametrize("language", ["pl"], indirect=True)
def test_what_is_unknown_is_a_dash(language: str) -> None:
    dashes = [i18n.number(None), i18n.number(float("nan")), i18n.percent(None), i18n.day(None)]
    dashes += [i18n.minutes(float("inf")), i18n.metres(None), i18n.clock(None), i18n.moment(None)]
    assert dashes == ["–"] * 8


@pytest.mark.parametrize("language", ["uk"], indirect=True)
def test_a_text_of_the_catalogue_falls_back_to_english(language: str) -> None:
    assert i18n.text({"pl": "a", "en": "b", "uk": "c"}) == "c"
    assert i18n.text({"pl": "a", "en": "b"}) == "b"
    assert i18n.text(None) == ""


@pytest.mark.parametrize("language", ["pl"], indirect=True)
def test_an_error_is_told_in_the_language_of_the_request(language: str) -> None:
    error = LocatorError(N_("{name} is empty."), name="q")
    assert (str(error), i18n.error_text(error)) == ("q is empty.", "Parametr q jest pusty.")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pl", "Nie ma placówki „x”."),
        ("uk", "Немає закладу «x»."),
        ("en", "There is no facility “x”."),
    ],
    indirect=["language"],
)
def test_what_was_given_stands_in_the_quotes_of_the_language(language: str, said: str) -> None:
    error = LocatorError(N_("There is no facility {given}."), given="“x”")
    assert i18n.error_text(error) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pl", "Stan danych: 3 października 2026."),
        ("en", "Data as of 3 October 2026."),
        ("uk", "Дані станом на 3 жовтня 2026 р."),
    ],
    indirect=["language"],
)
def test_a_sentence_that_ends_with_a_date_ends_with_one_full_stop(language: str, said: str) -> None:
    text = i18n.gettext("Data as of {date}.", date=i18n.day("2026-10-03"))
    assert " ".join(text.split()) == said


def test_outside_of_a_request_the_language_is_the_default() -> None:
    assert i18n.current_language() == "pl"
    assert i18n.gettext("{metres} m", metres=5) == "5 m"


def test_placeholders_in_what_a_visitor_gave_are_never_filled_in() -> None:
    assert (
        i18n.gettext("{name} is empty.", name="{0.__class__}")
        == "Parametr {0.__class__} jest pusty."
    )
