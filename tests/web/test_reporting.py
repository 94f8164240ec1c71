"""A mistake reported by anybody, of whom nothing is kept, becomes a corrected answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from locator.city.overrides import FILE
from locator.curation.passwords import hashed, is_password
from locator.curation.report_store import NotKeptError, ReportStore
from locator.curation.resident_reports import MOST_LETTERS
from locator.web import create_app, forms, moderators, reporting
from locator.web.forms import DailyLimit
from locator.web.reloading import Reloading
from locator.web.reporting import Reporting
from tests.tinycity import write_tiny_city

HERE = "/en/facilities/nurseries-1/mistake"
SECRET = "three green trams"
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hashed(SECRET)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny city that is corrected here, and as it was after each test."""
    return write_tiny_city(tmp_path_factory.mktemp("reporting") / "tiny")


@pytest.fixture(scope="module")
def made(folder: Path) -> Flask:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LOCATOR_REPORTS", raising=False)
        return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0})


@pytest.fixture
def app(made: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application, with no report yet; its forms may come back at once."""
    monkeypatch.setattr(forms, "SHORTEST_S", 0.0)
    reporting.install(made)
    yield made
    monkeypatch.undo()
    for file in [folder / FILE, *folder.parent.glob("*.sqlite*")]:
        file.unlink(missing_ok=True)
    made.extensions["locator.reloading"].now()


@pytest.fixture
def here(app: Flask) -> Reporting:
    found: Reporting = app.extensions["locator.reporting"]
    return found


@pytest.fixture
def moderator(client: FlaskClient, here: Reporting, password_hash: str) -> FlaskClient:
    """A moderator who is in."""
    here.store.set_moderator("Anna", password_hash)
    assert enter(client).status_code == 303
    return client


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def send(client: FlaskClient, path: str = HERE, /, **given: str) -> TestResponse:
    """Open the form and send it, filled in."""
    token = field(client.get(path).text, "form")
    return client.post(path.partition("?")[0], data={"form": token, **given})


def enter(client: FlaskClient, name: str = "Anna", password: str = SECRET) -> TestResponse:
    token = field(client.get("/en/moderate").text, "form")
    given = {"form": token, "do": "in", "name": name, "password": password}
    return client.post("/en/moderate", data=given)


def decide(client: FlaskClient, do: str, report: str, /, **given: str) -> TestResponse:
    csrf = field(client.get("/en/moderate").text, "csrf")
    return client.post("/en/moderate", data={"csrf": csrf, "do": do, "report": report, **given})


def problems(page: str) -> list[str]:
    block = re.search(r'<div class="problem" role="alert".*?</ul>', page, re.DOTALL)
    assert block, page
    return [re.sub("<[^>]+>", "", one) for one in re.findall(r"<li[^>]*>(.*?)</li>", block[0])]


# The resident -------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
def test_the_page_of_a_facility_leads_to_both_forms(client: FlaskClient, prefix: str) -> None:
    page = client.get(f"{prefix}/facilities/nurseries-1").text
    for link in (f"{prefix}/facilities/nurseries-1/mistake", "mistake?what=right"):
        assert f'{link}"' in page
    assert (
        f'action="{prefix}/facilities/nurseries-1/mistake"'
        in client.get(f"{prefix}/facilities/nurseries-1/mistake?what=right").text
    )


def test_a_report_is_kept_before_its_sender_is_thanked(
    client: FlaskClient, here: Reporting
) -> None:
    answer = send(client, what="closed", words="  od maja\x00 ")
    assert (answer.status_code, answer.location) == (303, f"{HERE}?sent=1")
    (report,) = here.store.reports()
    assert (report.facility, report.kind, report.words, report.language) == (
        "nurseries-1",
        "closed",
        "od maja",
        "en",
    )
    assert report.reported_on == datetime.now(WARSAW).date().isoformat()
    thanks = client.get(answer.location)
    assert "Thank you" in thanks.text and "What happens next" in thanks.text
    assert "Set-Cookie" not in answer.headers and thanks.headers["Cache-Control"] == "no-store"


def test_nothing_is_kept_of_who_sent_it(client: FlaskClient, here: Reporting) -> None:
    client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    client.environ_base["HTTP_USER_AGENT"] = "Browser of Józef"
    send(client, what="phone")
    kept = b"".join(p.read_bytes() for p in here.store.path.parent.glob("*sqlite*"))
    assert b"phone" in kept
    assert b"203.0.113.77" not in kept and b"Browser" not in kept


def test_a_confirmation_shows_what_is_confirmed_and_is_thanked_as_one(
    client: FlaskClient, here: Reporting
) -> None:
    page = client.get(f"{HERE}?what=right").text
    assert "+48 12 111 22 33" in page and 'type="radio"' not in page
    answer = send(client, f"{HERE}?what=right", what="right")
    assert answer.location == f"{HERE}?sent=right"
    assert "Your confirmation has been kept." in client.get(answer.location).text
    assert here.store.reports()[0].kind == "right"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ["Choose what is wrong."]),
        ({"what": "everything"}, ["Choose what is wrong."]),
        ({"what": "other", "words": " \n\x00"}, ["Say in a few words what is wrong."]),
        (
            {"words": "x" * (MOST_LETTERS + 1)},
            ["Choose what is wrong.", "At most 1000 characters; yours are 1001."],
        ),
    ],
)
def test_what_is_missing_is_said_wholly_and_nothing_typed_is_lost(
    client: FlaskClient, here: Reporting, given: dict[str, str], said: list[str]
) -> None:
    answer = send(client, **given)
    assert answer.status_code == 400 and problems(answer.text) == said
    assert given.get("words", "").strip(" \n\x00") in answer.text
    assert here.store.reports() == ()
    again = {"form": field(answer.text, "form"), "what": "other", "words": "now"}
    assert client.post(HERE, data=again).status_code == 303


def test_a_form_that_is_not_ours_is_given_anew_with_its_words(
    client: FlaskClient, here: Reporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = field(client.get(HERE.replace("-1", "-2")).text, "form")
    for token in ("", "x", other, here.logins.token("nurseries-1"), "W10.a.b"):
        answer = client.post(HERE, data={"form": token, "what": "phone", "words": "ważne"})
        assert answer.status_code == 400 and "ważne" in answer.text
        assert problems(answer.text) == [forms.STALE]
        assert field(answer.text, "form") != token
    old = field(client.get(HERE).text, "form")
    monkeypatch.setattr(forms, "OLDEST_S", -1.0)
    assert client.post(HERE, data={"form": old, "what": "phone"}).status_code == 400
    assert here.store.reports() == ()


def test_who_is_faster_than_anybody_reads_sends_once_more(
    client: FlaskClient, here: Reporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "SHORTEST_S", 3600.0)
    answer = send(client, what="phone", words="x")
    assert answer.status_code == 400 and problems(answer.text) == [forms.HASTY]
    monkeypatch.setattr(forms, "SHORTEST_S", 0.0)
    again = {"form": field(answer.text, "form"), "what": "phone", "words": "x"}
    assert client.post(HERE, data=again).status_code == 303
    assert len(here.store.reports()) == 1


def test_who_sends_twice_is_thanked_twice_and_kept_once(
    client: FlaskClient, here: Reporting
) -> None:
    given = {"form": field(client.get(HERE).text, "form"), "what": "phone", "words": "x"}
    assert [client.post(HERE, data=given).status_code for _ in range(3)] == [303] * 3
    assert len(here.store.reports()) == 1


def test_who_fills_in_what_nobody_sees_is_thanked_and_forgotten(
    client: FlaskClient, here: Reporting
) -> None:
    answer = send(client, what="phone", website="https://example.org")
    assert answer.status_code == 303 and here.store.reports() == ()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ],
)
def test_another_site_sends_nothing(
    client: FlaskClient, here: Reporting, headers: dict[str, str]
) -> None:
    token = field(client.get(HERE).text, "form")
    answer = client.post(HERE, data={"form": token, "what": "phone"}, headers=headers)
    assert answer.status_code == 403 and here.store.reports() == ()


def test_an_unknown_facility_takes_no_reports(client: FlaskClient) -> None:
    path = HERE.replace("nurseries-1", "nurseries-99")
    assert client.get(path).status_code == 404
    assert client.post(path, data={"what": "phone"}).status_code == 404


def test_hostile_words_are_words(moderator: FlaskClient, here: Reporting) -> None:
    words = "<script>alert(1)</script>\"'>{{7*7}}\u202eevil\x00\x1b[0m"
    assert send(moderator, what="other", words=words).status_code == 303
    page = moderator.get("/en/moderate").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script>alert" not in page
    assert "\u202e" not in page and "\x00" not in page and "{{7*7}}evil" in page
    # Refused by its size before anybody reads it.
    huge = {"form": field(moderator.get(HERE).text, "form"), "what": "other", "words": "x" * 10**7}
    assert moderator.post(HERE, data=huge).status_code == 413
    assert len(here.store.reports()) == 1


def test_one_connection_sends_only_so_many_a_day(folder: Path, app: Flask) -> None:
    client = create_app(
        {"GEODATA": folder, "LIMIT_PER_MINUTE": 0, "REPORTS_PER_DAY": 2}
    ).test_client()
    codes = [send(client, what="phone", words=f"{n}").status_code for n in range(3)]
    assert codes == [303, 303, 429]
    answer = send(client, what="phone", words="nicht verloren")
    assert 0 < int(answer.headers["Retry-After"]) <= 25 * 3600
    assert "nicht verloren" in answer.text
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert send(client, what="phone").status_code == 303


def test_visitors_are_counted_by_a_hash_that_midnight_takes_away() -> None:
    now = [datetime(2026, 11, 28, 23, 59, 30, tzinfo=WARSAW)]
    limit = DailyLimit(1, now=lambda: now[0])
    assert limit.allow("203.0.113.9") and not limit.allow("203.0.113.9")
    assert limit.wait_s() == 30
    # The address is not there, and neither is a hash of it that anybody could make.
    assert "203.0.113.9" not in repr(vars(limit))
    before = limit.visitors()
    assert len(before) == 1
    now[0] += timedelta(minutes=1)
    assert limit.allow("203.0.113.9") and not before & limit.visitors()
    assert len(limit.visitors()) == 1
    # The network of an IPv6 connection is one visitor.
    assert limit.allow("2001:db8::1") and not limit.allow("2001:db8::ffff:2")
    assert limit.allow("2001:db8:0:1::1")


def test_a_full_disk_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, here: Reporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise NotKeptError("{detail}", detail="database or disk is full")

    monkeypatch.setattr(ReportStore, "add", full)
    answer = send(client, what="phone", words="ważne")
    assert answer.status_code == 503 and "ważne" in answer.text
    assert "could not be kept" in problems(answer.text)[0]
    assert "tel:+48121112233" in answer.text  # whom to tell instead
    assert not here.store.path.exists()


def test_where_nothing_can_be_written_the_form_says_whom_to_tell(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCATOR_OPERATOR_EMAIL", "miasto@example.org")
    nowhere = str(folder.parent / "nowhere" / "reports.sqlite")
    client = create_app({"GEODATA": folder, "REPORTS": nowhere}).test_client()
    page = client.get(HERE)
    assert page.status_code == 200 and "<textarea" not in page.text
    assert "tel:+48121112233" in page.text and "mailto:miasto@example.org" in page.text
    assert client.get("/en/moderate").status_code == 404


def test_the_logs_say_nothing_of_what_was_typed(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    send(client, what="other", words="tajemnica")
    assert "tajemnica" not in caplog.text


# The way in ---------------------------------------------------------------------------------


def test_without_a_password_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/moderate").status_code == 404
    assert client.post("/moderate", data={"do": "in"}).status_code == 404


def test_only_name_and_password_together_let_in(
    client: FlaskClient, here: Reporting, password_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here.tries, "per_minute", 100)
    here.store.set_moderator("Anna", password_hash)
    for name, password in (("Anna", "wrong"), ("Eva", SECRET), ("", ""), ("Anna", SECRET + " ")):
        answer = enter(client, name, password)
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
        assert "Name or password is wrong." in answer.text and SECRET not in answer.text
    (cookie,) = enter(client).headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"} <= set(cookie.split("; "))
    assert "Secure" not in cookie and SECRET not in cookie
    assert "You are in as Anna." in client.get("/en/moderate").text


def test_over_https_the_cookie_goes_over_nothing_else(
    client: FlaskClient, here: Reporting, password_hash: str
) -> None:
    here.store.set_moderator("Anna", password_hash)
    base = "https://localhost"
    token = field(client.get("/en/moderate", base_url=base).text, "form")
    given = {"form": token, "do": "in", "name": "Anna", "password": SECRET}
    answer = client.post("/en/moderate", data=given, base_url=base)
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_passwords_are_tried_only_so_often(
    client: FlaskClient, here: Reporting, password_hash: str
) -> None:
    here.store.set_moderator("Anna", password_hash)
    codes = [enter(client, password="wrong").status_code for _ in range(6)]
    assert codes == [403] * 5 + [429]
    answer = enter(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert enter(client).status_code == 303


def test_a_session_ends_by_time_by_leaving_and_with_another_password(
    moderator: FlaskClient, here: Reporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = "You are in as Anna."
    cookie = moderator.get_cookie("moderator")
    assert cookie is not None and inside in moderator.get("/en/moderate").text
    with monkeypatch.context() as patch:
        patch.setattr(moderators, "SESSION_S", -1)
        assert inside not in moderator.get("/en/moderate").text
    for wrong in ("", "x", cookie.value[:-1], cookie.value.replace("W", "X", 1)):
        moderator.set_cookie("moderator", wrong)
        assert inside not in moderator.get("/en/moderate").text
    moderator.set_cookie("moderator", cookie.value)
    assert inside in moderator.get("/en/moderate").text
    here.store.set_moderator("Anna", hashed("another password"))
    assert inside not in moderator.get("/en/moderate").text
    assert enter(moderator, password="another password").status_code == 303
    decide(moderator, "out", "")
    assert moderator.get_cookie("moderator") is None


def test_no_decision_without_session_and_its_token(
    moderator: FlaskClient, here: Reporting, password_hash: str
) -> None:
    send(moderator, what="closed")
    (report,) = here.store.reports()
    csrf = field(moderator.get("/en/moderate").text, "csrf")
    given = {"csrf": csrf, "do": "accept", "report": report.id}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert moderator.post("/en/moderate", data=given, headers=foreign).status_code == 403
    for wrong in ("", "x", csrf[:-1] + "ż"):
        assert moderator.post("/en/moderate", data={**given, "csrf": wrong}).status_code == 403
    moderator.delete_cookie("moderator")
    assert moderator.post("/en/moderate", data=given).status_code == 403
    here.store.set_moderator("Ewa", password_hash)
    assert enter(moderator, "Ewa").status_code == 303  # another session, another token
    assert moderator.post("/en/moderate", data=given).status_code == 403
    assert here.store.counts()["pending"] == 1


def test_a_password_is_kept_as_a_hash_and_has_a_length() -> None:
    known = hashed(SECRET)
    assert known.startswith("$argon2id$") and SECRET not in known
    assert is_password(known, SECRET)
    assert not is_password(known, "x") and not is_password(None, "nobody's password")
    assert not is_password("no hash", SECRET)
    for wrong in ("short", "x" * 201):
        with pytest.raises(Exception, match="12 to 200"):
            hashed(wrong)


# Decisions ----------------------------------------------------------------------------------


def test_the_whole_way_of_a_mistake(moderator: FlaskClient, here: Reporting, folder: Path) -> None:
    def nearest() -> str:
        return moderator.get("/en/nearest?q=Lipowa+1&layer=nurseries").text

    assert "Żłobek Pod Lipą" in nearest()
    send(moderator, what="closed", words="nie ma ich od wakacji")
    page = moderator.get("/en/moderate").text
    assert "nie ma ich od wakacji" in page and "+48 12 111 22 33" in page
    (report,) = here.store.reports()
    answer = decide(moderator, "accept", report.id, closed="2026-09-01")
    assert (answer.status_code, answer.location) == (303, "/en/moderate?done=accepted")
    assert "Accepted; the pages say so now." in moderator.get(answer.location).text
    page = moderator.get("/en/facilities/nurseries-1").text
    assert "after a report by a resident: status." in page and "1 September 2026" in page
    assert "Żłobek Pod Lipą" not in nearest()
    assert "2026-09-01" in moderator.get("/en/moderate?show=log").text
    assert f"report-{report.id}" in moderator.get("/en/moderate?show=accepted").text
    decide(moderator, "undo", report.id)
    assert "Corrected on" not in moderator.get("/en/facilities/nurseries-1").text
    assert "1 September 2026" not in moderator.get("/en/facilities/nurseries-1").text
    actions = [(one.who, one.action) for one in here.store.decisions()]
    assert actions == [("Anna", "undone"), ("Anna", "accepted")]
    assert 'status = "closed"' not in (folder / FILE).read_text(encoding="utf-8")


def test_a_confirmation_says_when_it_was_checked(moderator: FlaskClient, here: Reporting) -> None:
    path = "/en/facilities/nurseries-3"
    assert (
        "not confirmed since" in moderator.get(path).text
        or "call before" in moderator.get(path).text
    )
    send(moderator, f"{path}/mistake?what=right", what="right")
    decide(moderator, "accept", here.store.reports()[0].id)
    page = moderator.get(path).text
    assert "Corrected on" not in page
    today = datetime.now(WARSAW).date()
    assert f"{today.day} {today:%B %Y}" in page
    assert "an older list" not in page


def test_faulty_decisions_say_all_and_keep_what_was_typed(
    moderator: FlaskClient, here: Reporting
) -> None:
    send(moderator, what="moved")
    (report,) = here.store.reports()
    answer = decide(moderator, "accept", report.id, phone="call", lat="north", closed="soon")
    assert answer.status_code == 400
    assert problems(answer.text) == ["“soon” is no date.", "“north” is no number of degrees."]
    answer = decide(moderator, "accept", report.id, address="ul. Nieznana 99", hours="whenever")
    assert len(problems(answer.text)) == 2 and "ul. Nieznana 99" in answer.text
    assert here.store.counts()["pending"] == 1
    assert decide(moderator, "accept", "r9").status_code == 404
    assert decide(moderator, "explode", report.id).status_code == 404


def test_a_decision_that_cannot_be_written_is_said_and_none(
    moderator: FlaskClient, here: Reporting, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(moderator, what="closed")
    (report,) = here.store.reports()
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr("locator.base.files.os.fsync", full)
        answer = decide(moderator, "accept", report.id)
    assert answer.status_code == 503 and "No space left" in problems(answer.text)[0]
    assert not (folder / FILE).exists() and here.store.decisions() == ()
    assert decide(moderator, "accept", report.id).status_code == 303


def test_ten_thousand_reports_are_shown_in_pages(moderator: FlaskClient, here: Reporting) -> None:
    from tests.curation.test_resident_reports import fill

    fill(here.store, 10_000)
    page = moderator.get("/en/moderate")
    assert page.status_code == 200 and "(10,001)" in page.text and 'rel="next"' in page.text
    assert page.text.count("<section") == 20
    last = moderator.get("/en/moderate?page=99999999999999999999")
    assert last.status_code == 200 and "No reports here." in last.text


# The running server -------------------------------------------------------------------------


OVERRIDE = (
    '[[override]]\nfacility = "nurseries-1"\ndate = "2026-11-28"\nsource = "x"\n'
    'phone = "+48 12 999"\n'
)


def test_a_running_server_reads_what_another_program_corrects(
    app: Flask, client: FlaskClient, folder: Path
) -> None:
    held: Reloading = app.extensions["locator.reloading"]
    before = app.extensions["locator"]
    held.now()
    assert app.extensions["locator"] is before  # nothing changed, nothing read
    (folder / FILE).write_text(OVERRIDE, encoding="utf-8")
    held.now()
    assert "+48 12 999" in client.get("/facilities/nurseries-1").text
    after = app.extensions["locator"]
    assert after.live_fleet.poller is before.live_fleet.poller
    assert before.city.facilities.at["nurseries-1", "phone"] == "+48 12 111 22 33"
    (folder / FILE).unlink()
    held.now()
    assert "+48 12 111 22 33" in client.get("/facilities/nurseries-1").text


def test_the_server_looks_by_itself_now_and_then(
    app: Flask, client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: Reloading = app.extensions["locator.reloading"]
    looked: list[int] = []
    monkeypatch.setattr(Reloading, "now", lambda self: looked.append(1))
    monkeypatch.setattr("locator.web.reloading.threading.Thread", _At_once)
    (folder / FILE).write_text(OVERRIDE, encoding="utf-8")
    moment = [held._looked]
    monkeypatch.setattr(held, "_clock", lambda: moment[0])
    client.get("/healthz")
    assert looked == []
    moment[0] += 2.5
    client.get("/healthz")
    client.get("/healthz")
    assert looked == [1]


class _At_once:  # noqa: N801
    def __init__(self, *, target: object, **_: object) -> None:
        self.start = target


def test_a_faulty_correction_leaves_the_city_as_it_was_and_is_told(
    app: Flask, moderator: FlaskClient, folder: Path
) -> None:
    held: Reloading = app.extensions["locator.reloading"]
    before = app.extensions["locator"]
    (folder / FILE).write_text(OVERRIDE.replace("phone", "fax"), encoding="utf-8")
    held.now()
    assert app.extensions["locator"] is before
    assert moderator.get("/en/facilities/nurseries-1").status_code == 200
    assert "cannot be changed by an override" in moderator.get("/en/moderate").text
    (folder / FILE).write_text(OVERRIDE, encoding="utf-8")
    held.now()
    assert held.fault is None and app.extensions["locator"] is not before


def test_one_request_sees_one_city(app: Flask, folder: Path) -> None:
    from locator.web.state import state

    with app.test_request_context("/"):
        first = state()
        app.extensions["locator"] = replace(first)
        assert state() is first
    with app.test_request_context("/"):
        assert state() is not first
    app.extensions["locator"] = first
