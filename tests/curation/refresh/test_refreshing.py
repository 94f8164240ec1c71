"""A register and its layer: what is seen, what is accepted, and what no answer may change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from locator.base.errors import CityFolderError, InvalidParameterError, NotFoundError
from locator.base.files import WriteError
from locator.city.model import City, load_city
from locator.curation.check import check_folder
from locator.curation.refresh import accepting
from locator.curation.refresh.difference import Change
from locator.curation.refresh.fetching import SourceError
from locator.curation.refresh.kept import folder_of_source, last_copy
from locator.curation.refresh.refreshing import (
    Looked,
    is_due,
    keep_ours,
    look,
    source_called,
    sources_of,
    take_over,
)
from tests.curation.refresh.conftest import Site
from tests.curation.refresh.register import AS_IT_IS, CHANGED, register, row, write_sources
from tests.tinycity import at

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def folder(tiny_folder: Path, site: Site) -> Path:
    """The tiny city with its register, which lists what the folder has."""
    write_sources(tiny_folder, site.url())
    site.says(register(*AS_IT_IS))
    return tiny_folder


_read: dict[Path, tuple[dict[str, bytes], City]] = {}
"""The city of a folder as it was read last, so that only a folder that changed is read again."""


def city_of(folder: Path) -> City:
    now = state(folder)
    if folder not in _read or _read[folder][0] != now:
        _read.clear()
        _read[folder] = (now, load_city(folder))
    return _read[folder][1]


def seen(folder: Path, source: str = "register", **more: Any) -> tuple[City, Looked]:
    city = city_of(folder)
    return city, look(city, source_called(city, source), now=NOW, **more)


def changes(folder: Path, **more: Any) -> dict[str, Change]:
    return {change.id: change for change in seen(folder, **more)[1].difference.changes}


def accepted(folder: Path, *ids: str) -> tuple[Change, ...]:
    return take_over(*seen(folder, again=False), ids)


def features(folder: Path, layer: str = "nurseries") -> dict[str, dict[str, Any]]:
    content = json.loads((folder / f"{layer}.geojson").read_text(encoding="utf-8"))
    return {item["properties"]["id"]: item for item in content["features"]}


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def override(folder: Path, facility: str, **fields: str) -> None:
    lines = [f'{name} = "{value}"' for name, value in fields.items()]
    about = [f'facility = "{facility}"', 'date = "2026-11-01"', 'source = "a resident"']
    text = "\n".join(["[[override]]", *about, *lines, ""])
    (folder / "overrides.toml").write_text(text, encoding="utf-8")


# ---------------------------------------------------------------- what is seen


def test_a_look_changes_nothing_in_the_folder(folder: Path, site: Site) -> None:
    site.says(register(*CHANGED))
    before = state(folder)
    changes(folder)
    assert state(folder) == before


def test_another_way_to_write_the_same_is_no_change(folder: Path) -> None:
    found = changes(folder)
    assert {name: dict(change.fields) for name, change in found.items()} == {
        "nurseries-3": {"status_basis": ("last_known", "confirmed")}
    }


def test_each_row_of_a_changed_register_says_what_and_how_far(folder: Path, site: Site) -> None:
    site.says(register(*CHANGED))
    city, looked = seen(folder)
    assert looked.difference.counts == {
        "new": 2,
        "gone": 1,
        "changed": 1,
        "moved": 0,
        "doubtful": 1,
        "unchanged": 1,
    }
    found = {change.id: change for change in looked.difference.changes}
    assert [(change.id, change.kind) for change in looked.difference.changes] == [
        ("nurseries-zlobek-nowy", "new"),
        ("nurseries-klub-malucha", "new"),
        ("nurseries-5", "gone"),
        ("nurseries-1", "changed"),
        ("nurseries-3", "doubtful"),
    ]
    assert found["nurseries-1"].fields == {
        "places": (40, 45),
        "opening_hours": ("Mo-Fr 07:00-17:00", "Mo-Fr 06:30-17:00"),
        "note": (None, "Według źródła: zapisanych dzieci: 44."),
    }
    assert found["nurseries-3"].fields == {
        "street": ("ul. Polna", "Lipowa"),
        "housenumber": ("3", "5"),
        "status_basis": ("last_known", "confirmed"),
    }
    assert found["nurseries-3"].moved_m == pytest.approx(3007, abs=5)
    assert found["nurseries-3"].why == "the same name, but at ul. Polna 3"


def test_the_difference_as_geojson_draws_how_things_move(folder: Path, site: Site) -> None:
    site.says(register(*CHANGED))
    made = seen(folder)[1].difference.geojson()
    by_id = {item["properties"]["id"]: item for item in made["features"]}
    assert made["source_date"] == "2026-11-28"
    assert by_id["nurseries-3"]["geometry"]["type"] == "LineString"
    assert by_id["nurseries-1"]["geometry"]["type"] == "Point"
    assert by_id["nurseries-klub-malucha"]["geometry"] is None
    assert by_id["nurseries-3"]["properties"]["moved_m"] == pytest.approx(3007, abs=5)
    assert by_id["nurseries-1"]["properties"]["fields"]["places"] == [40, 45]
    json.dumps(made)


def test_a_kind_is_taken_only_where_the_folder_has_a_word_for_it(folder: Path, site: Site) -> None:
    words = '"klub" = { pl = "klub", en = "club", uk = "клуб" }\n'
    (folder / "kinds.toml").write_text(words, encoding="utf-8")
    path = folder / "sources.toml"
    text = path.read_text(encoding="utf-8")
    asked = text.replace("[register.maybe]", '[register.maybe]\nkind = "Kod pocztowy"')
    path.write_text(asked, encoding="utf-8")
    new = (row("A", "Daleka", "1", Kod_pocztowy="Klub"), row("B", "Daleka", "2", Kod_pocztowy="x"))
    site.says(register(*AS_IT_IS, *new))
    found = changes(folder)
    kinds = [
        (found[name].becomes or {})["properties"].get("kind")
        for name in ("nurseries-a", "nurseries-b")
    ]
    assert kinds == ["klub", None]


# ---------------------------------------------------------------- what is accepted


def test_accepted_rows_are_written_and_a_second_look_finds_nothing(
    folder: Path, site: Site
) -> None:
    site.says(register(*CHANGED))
    changes(folder)
    done = accepted(folder)
    assert [change.id for change in done] == [
        "nurseries-zlobek-nowy",
        "nurseries-klub-malucha",
        "nurseries-5",
        "nurseries-1",
    ]
    found = features(folder)
    assert found["nurseries-zlobek-nowy"] == {
        "type": "Feature",
        "properties": {
            "id": "nurseries-zlobek-nowy",
            "name": "Żłobek Nowy",
            "public": False,
            "street": "Lipowa",
            "housenumber": "5A",
            "places": 12,
            "places_basis": "stated",
            "status": "open",
            "status_basis": "confirmed",
            "source": "Invented register, stan na 2026-11-28",
            "source_date": "2026-11-28",
            "licence": "CC0-1.0",
            "location_precision": "exact",
            "location_source": "punkt adresowy Lipowa 5A, addresses.csv, 2026-11-01",
        },
        "geometry": {"type": "Point", "coordinates": [round(part, 6) for part in at(700, 3500)]},
    }
    assert found["nurseries-klub-malucha"]["geometry"] is None  # nothing is invented
    gone = found["nurseries-5"]["properties"]
    assert (gone["status"], gone["status_basis"]) == ("open", "last_known")
    assert gone["status_note"] == "Brak w wykazie: Invented register, stan na 2026-11-28."
    assert found["nurseries-3"]["properties"]["street"] == "ul. Polna"
    assert [*changes(folder)] == ["nurseries-3"]  # doubtful: somebody has to say
    accepted(folder, "nurseries-3")
    assert changes(folder) == {}
    moved = features(folder)["nurseries-3"]
    assert moved["properties"]["location_precision"] == "street"
    assert "status_note" not in moved["properties"]
    assert len(features(folder)) == 7
    assert check_folder(folder) == []


def test_only_the_rows_that_are_named_are_written(folder: Path, site: Site) -> None:
    site.says(register(*CHANGED))
    changes(folder)
    before = features(folder)
    accepted(folder, "nurseries-1")
    after = features(folder)
    assert [name for name in after if after[name] != before.get(name)] == ["nurseries-1"]
    assert set(changes(folder)) == {
        "nurseries-zlobek-nowy",
        "nurseries-klub-malucha",
        "nurseries-5",
        "nurseries-3",
    }


def test_what_is_as_it_was_gets_the_newer_date_and_keeps_its_other_sources(
    folder: Path,
) -> None:
    path = folder / "nurseries.geojson"
    text = path.read_text(encoding="utf-8")
    two = '"source": "strona operatora; Invented register"'
    path.write_text(text.replace('"source": "Invented register"', two, 1), encoding="utf-8")
    changes(folder)
    accepted(folder)
    found = features(folder)
    assert found["nurseries-1"]["properties"]["source"] == (
        "strona operatora; Invented register, stan na 2026-11-28"
    )
    assert found["nurseries-1"]["properties"]["source_date"] == "2026-11-28"
    assert found["nurseries-4"]["properties"]["source_date"] == "2026-10-01"  # not listed


def test_accepting_takes_what_was_shown_even_if_the_source_has_changed(
    folder: Path, site: Site
) -> None:
    site.says(register(*CHANGED))
    changes(folder)
    site.says("", status=500)
    assert len(accepted(folder)) == 4


def test_an_unknown_row_or_source_is_named(folder: Path) -> None:
    with pytest.raises(InvalidParameterError, match="no row nurseries-9"):
        accepted(folder, "nurseries-9")
    with pytest.raises(NotFoundError, match="There is no source other. There are: register"):
        seen(folder, "other")


def test_a_folder_that_would_have_faults_is_left_as_it_is(
    folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.says(register(*CHANGED))
    city, looked = seen(folder)
    monkeypatch.setattr(accepting, "one_per_line", lambda _: '{"type": "FeatureCollection"}')
    before = state(folder)
    with pytest.raises(CityFolderError):
        take_over(city, looked)
    assert state(folder) == before
    assert len(changes(folder)) == 5


def test_a_disk_that_is_full_leaves_the_folder_as_it_is(
    folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.says(register(*CHANGED))
    city, looked = seen(folder)

    def full(*_: object) -> None:
        raise WriteError("No space left on device")

    monkeypatch.setattr(accepting, "write_text_atomically", full)
    before = state(folder)
    with pytest.raises(WriteError):
        take_over(city, looked)
    assert state(folder) == before


# ---------------------------------------------------------------- what people decided


def test_a_residents_correction_is_not_overwritten_unseen(folder: Path, site: Site) -> None:
    override(folder, "nurseries-1", phone="+48 12 999 99 99")
    site.says(
        register(row("Żłobek Pod Lipą", "Lipowa", "1", Telefon="12 000 00 00"), *AS_IT_IS[1:])
    )
    change = changes(folder)["nurseries-1"]
    assert change.kind == "doubtful"
    assert change.why == "phone was corrected on 2026-11-01: +48 12 999 99 99"
    accepted(folder)
    assert features(folder)["nurseries-1"]["properties"]["phone"] == "+48 12 111 22 33"


def test_a_source_that_agrees_with_a_correction_is_a_plain_change(folder: Path, site: Site) -> None:
    override(folder, "nurseries-1", phone="+48 12 999 99 99")
    site.says(register(row("Żłobek Pod Lipą", "Lipowa", "1", Telefon="129999999"), *AS_IT_IS[1:]))
    assert changes(folder)["nurseries-1"].kind == "changed"


def test_a_facility_that_somebody_confirmed_is_not_gone_unseen(folder: Path, site: Site) -> None:
    override(folder, "nurseries-5", verified_on="2026-11-01")
    site.says(register(*AS_IT_IS[:3]))
    change = changes(folder)["nurseries-5"]
    assert (change.kind, change.why) == ("doubtful", "not listed any more, but it was corrected")


def test_what_is_kept_is_shown_again_only_when_the_source_says_another_thing(
    folder: Path, site: Site
) -> None:
    def places(number: str, *more: str) -> str:
        return register(row("Żłobek Pod Lipą", "Lipowa", "1", Liczba_miejsc=number), *more)

    site.says(places("45", *AS_IT_IS[1:3]))
    assert {name: change.kind for name, change in changes(folder).items()} == {
        "nurseries-5": "gone",
        "nurseries-1": "changed",
        "nurseries-3": "changed",
    }
    keep_ours(*seen(folder, again=False), ["nurseries-1", "nurseries-5"])
    assert set(changes(folder)) == {"nurseries-3"}
    site.says(places("46", *AS_IT_IS[1:3]))
    again = changes(folder)["nurseries-1"]
    assert again.fields == {"places": (40, 46)}
    assert (again.kind, again.why) == ("doubtful", "it was changed here, too")


def test_what_was_accepted_and_taken_back_is_shown_again(folder: Path, site: Site) -> None:
    path = folder / "nurseries.geojson"
    before = path.read_bytes()
    site.says(register(*CHANGED))
    changes(folder)
    accepted(folder)
    path.write_bytes(before)  # an older copy of the folder
    (folder / "source_ids.csv").unlink()
    again = changes(folder)["nurseries-1"]
    assert again.fields["places"] == (40, 45)
    assert (again.kind, again.why) == ("doubtful", "it was changed here, too")


def test_what_is_changed_by_hand_after_it_was_kept_is_shown_again(folder: Path, site: Site) -> None:
    site.says(register(row("Żłobek Pod Lipą", "Lipowa", "1", Liczba_miejsc="45"), *AS_IT_IS[1:]))
    changes(folder)
    keep_ours(*seen(folder, again=False), ["nurseries-1"])
    assert "nurseries-1" not in changes(folder)
    path = folder / "nurseries.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"places": 40', '"places": 41'), encoding="utf-8")
    assert changes(folder)["nurseries-1"].fields == {"places": (41, 45)}


def test_a_place_that_is_kept_stays_until_the_source_moves_it_again(
    folder: Path, site: Site
) -> None:
    def placed(x: float) -> None:
        place = "{};{}".format(*at(x, 3500))
        first = row("Żłobek Pod Lipą", "Lipowa", "1", Geolokalizacja=place)
        site.says(register(first, *AS_IT_IS[1:]))

    placed(1000)
    assert changes(folder)["nurseries-1"].kind == "doubtful"
    keep_ours(*seen(folder, again=False), ["nurseries-1"])
    assert "nurseries-1" not in changes(folder)
    placed(1100)
    assert changes(folder)["nurseries-1"].why == "the source places it 599 m away"


def test_another_folder_of_the_same_city_decides_for_itself(
    folder: Path, site: Site, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    site.says(register(*CHANGED))
    changes(folder)
    accepted(folder)
    assert len(changes(other)) == 5


def test_a_facility_that_is_on_file_twice_is_neither_new_nor_gone(folder: Path, site: Site) -> None:
    path = folder / "nurseries.geojson"
    text = path.read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if "nurseries-2" in line)
    twin = line.replace("nurseries-2", "nurseries-22").rstrip(",")
    path.write_text(text.replace(line, f"{twin},\n{line}"), encoding="utf-8")
    assert set(changes(folder)) == {"nurseries-3"}


def test_a_facility_closed_here_or_decided_by_a_rule_is_doubtful(folder: Path, site: Site) -> None:
    path = folder / "nurseries.geojson"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"places": 40', '"rule": "n-1", "places": 40')
    path.write_text(text.replace('"status": "open"', '"status": "closed"', 2), encoding="utf-8")
    site.says(register(row("Żłobek Pod Lipą", "Lipowa", "1", Liczba_miejsc="41"), *AS_IT_IS[1:]))
    found = changes(folder)
    assert found["nurseries-1"].why == "it is closed here; decided by the rule n-1"
    assert found["nurseries-2"].why == "it is closed here"


def test_a_suspended_one_is_closed_by_the_register(folder: Path, site: Site) -> None:
    site.says(
        register(row("Żłobek Pod Lipą", "Lipowa", "1", **{"Zawieszona?": "TAK"}), *AS_IT_IS[1:])
    )
    change = changes(folder)["nurseries-1"]
    assert change.fields == {"status": ("open", "closed")}
    accepted(folder)
    about = features(folder)["nurseries-1"]["properties"]
    assert about["status_note"] == "Według źródła: działalność zawieszona."


def test_a_facility_has_one_id_at_its_source_also_when_it_changes(folder: Path, site: Site) -> None:
    changes(folder)
    accepted(folder)
    site.says(register(*CHANGED))
    changes(folder)
    accepted(folder)
    accepted(folder, "nurseries-3")
    lines = (folder / "source_ids.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "source,source_id,facility",
        "register,klub malucha|daleka|1,nurseries-klub-malucha",
        "register,zlobek bez punktu|nieznana|9,nurseries-5",
        "register,zlobek nad rzeka|rzeczna|2,nurseries-2",
        "register,zlobek nowy|lipowa|5a,nurseries-zlobek-nowy",
        "register,zlobek pod lipa|lipowa|1,nurseries-1",
        "register,zlobek poludniowy|lipowa|5,nurseries-3",
    ]


def test_a_doubtful_match_that_a_person_decides_is_remembered(folder: Path, site: Site) -> None:
    ids = "source,source_id,facility\nregister,calkiem inna|daleka|8,nurseries-2\n"
    (folder / "source_ids.csv").write_text(ids, encoding="utf-8")
    site.says(register(AS_IT_IS[0], row("Całkiem Inna", "Daleka", "8"), *AS_IT_IS[2:]))
    change = changes(folder)["nurseries-2"]
    assert (change.kind, change.fields["name"]) == ("changed", ("Żłobek Nad Rzeką", "Całkiem Inna"))


# ---------------------------------------------------------------- what no answer may change


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: register(AS_IT_IS[0]), "fewer than the 2 that there are at least"),
        (lambda: register(), "has no column"),
        (lambda: register(*AS_IT_IS).replace("Nr domu", "Numer"), "has no column Nr domu any more"),
        (lambda: register(*AS_IT_IS)[:-60], "is not what it should be"),
        (lambda: "<html>Przerwa</html>", "it is a web page"),
        (lambda: register(*AS_IT_IS).encode("cp1250"), "its text is not in utf-8"),
    ],
)
def test_a_wrong_answer_changes_nothing_and_the_good_copy_stays(
    folder: Path, site: Site, answer: Callable[[], bytes | str], said: str
) -> None:
    changes(folder)
    kept = folder_of_source(load_city(folder), "register")
    before, copy = state(folder), last_copy(kept)
    site.says(answer())
    with pytest.raises(SourceError, match=f"^register: .*{said}.*Nothing was changed.$"):
        changes(folder)
    assert (state(folder), last_copy(kept)) == (before, copy)
    assert copy is not None


def test_swapped_or_foreign_coordinates_are_refused(folder: Path, site: Site) -> None:
    lon, lat = at(500, 3500)
    for place in (f"{lat};{lon}", "7420500;5553500"):
        site.says(
            register(row("Żłobek Pod Lipą", "Lipowa", "1", Geolokalizacja=place), *AS_IT_IS[1:])
        )
        with pytest.raises(SourceError, match="are not lon, lat in degrees"):
            changes(folder)


def test_a_shape_that_nobody_foresaw_is_no_answer(folder: Path, site: Site) -> None:
    text = (folder / "sources.toml").read_text(encoding="utf-8")
    text = text.replace('"csv"', '"city_api"')
    (folder / "sources.toml").write_text(text, encoding="utf-8")
    site.says('{"value": [], "nextLink": {"a": 1}}')
    with pytest.raises(SourceError, match="Nothing was changed"):
        changes(folder)


def test_a_copy_that_was_changed_is_not_used(folder: Path, site: Site) -> None:
    changes(folder)
    kept = folder_of_source(load_city(folder), "register")
    (path,) = kept.glob("reply-*")
    path.write_text("x", encoding="utf-8")
    assert last_copy(kept) is None
    asked = len(site.asked)
    seen(folder, again=False)
    assert len(site.asked) == asked + 1


def test_a_point_that_is_less_precise_than_ours_does_not_move_it(folder: Path, site: Site) -> None:
    near, far = ("{};{}".format(*at(*xy)) for xy in ((560, 3500), (1000, 3500)))
    first = row("Żłobek Pod Lipą", "Lipowa", "1", Geolokalizacja=near)
    site.says(register(first, *AS_IT_IS[1:]))
    assert "nurseries-1" not in changes(folder)
    site.says(register(row("Żłobek Pod Lipą", "Lipowa", "1", Geolokalizacja=far), *AS_IT_IS[1:]))
    change = changes(folder)["nurseries-1"]
    assert (change.kind, change.why) == ("doubtful", "the source places it 499 m away")


def test_a_source_is_due_when_its_interval_is_over(folder: Path) -> None:
    city = load_city(folder)
    source = sources_of(city)["register"]
    assert is_due(city, source, NOW)
    seen(folder)
    assert not is_due(city, source, NOW + timedelta(days=29))
    assert is_due(city, source, NOW + timedelta(days=30))


def test_a_saved_reply_takes_the_place_of_the_source(
    folder: Path, site: Site, tmp_path: Path
) -> None:
    saved = tmp_path / "register.csv"
    saved.write_text(register(*CHANGED), encoding="utf-8")
    assert len(changes(folder, file=saved)) == 5
    assert site.asked == []


# ---------------------------------------------------------------- what the folder says


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('url = "http', 'url = "ftp', "sources.toml: register: url: is"),
        ('into = "nurseries"', 'into = "schools"', "sources.toml: register: into: is 'schools'"),
        ("places =", "beds =", "sources.toml: register: maybe.beds: is no field"),
        ('reader = "csv"', 'reader = "xls"', "sources.toml: register: reader: is 'xls'"),
        ("least_rows = 2", "least_rows = 0", "sources.toml: register: least_rows: is 0"),
    ],
)
def test_the_check_of_a_folder_names_faults_of_its_sources(
    folder: Path, before: str, after: str, fault: str
) -> None:
    path = folder / "sources.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert [str(one)[: len(fault)] for one in check_folder(folder)] == [fault]
    with pytest.raises(CityFolderError):
        sources_of(load_city(folder))


def test_the_check_of_a_folder_names_ids_of_facilities_that_are_not_there(folder: Path) -> None:
    text = "source,source_id,facility\nregister,a,nurseries-1\nregister,b,nurseries-99\n"
    (folder / "source_ids.csv").write_text(text, encoding="utf-8")
    (fault,) = check_folder(folder)
    assert str(fault).startswith("source_ids.csv: b: facility: is 'nurseries-99'")
