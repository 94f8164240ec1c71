"""What is kept among the caches is what this user's own programs made of the same things."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from locator.base import i18n, own_files
from locator.base.own_files import keep, kept, key_of

KEY = key_of("flour", b"water")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("LOCATOR_CACHE", str(folder))
    return folder


def file_of(cache: Path) -> Path:
    (place,) = cache.iterdir()
    return place


def test_what_is_kept_is_there_again(cache: Path) -> None:
    assert kept("bread", KEY) is None
    keep("bread", KEY, b"baked")
    keep("oven/rolls", KEY, b"hot")
    assert (kept("bread", KEY), kept("oven/rolls", KEY)) == (b"baked", b"hot")
    if os.name == "posix":
        modes = {place.stat().st_mode & 0o777 for place in cache.rglob("*") if place.is_file()}
        assert modes == {0o600}


@pytest.mark.parametrize(
    "other",
    [("flour", b"water", "salt"), ("flour", b"waters"), ("flourw", b"ater"), (b"water", "flour")],
)
def test_of_anything_else_it_is_another(other: tuple[str | bytes, ...]) -> None:
    keep("bread", KEY, b"baked")
    assert kept("bread", key_of(*other)) is None
    keep("bread", key_of(*other), b"new")
    assert (kept("bread", key_of(*other)), kept("bread", KEY)) == (b"new", None)


def test_of_sources_that_changed_it_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "package" / "baker.py"
    source.parent.mkdir()
    source.write_text("knead()\n", encoding="utf-8")
    monkeypatch.setattr(own_files, "_PACKAGE", tmp_path)
    before = key_of("flour", packages=["package"])
    assert key_of("flour", packages=["package"]) == before
    source.write_text("knead(2)\n", encoding="utf-8")
    assert key_of("flour", packages=["package"]) != before


@pytest.mark.parametrize("damage", [b"", b"\0", b"more"])
def test_what_is_damaged_is_not_there(cache: Path, damage: bytes) -> None:
    keep("bread", KEY, b"baked")
    whole = file_of(cache).read_bytes()
    file_of(cache).write_bytes(whole + damage if damage == b"more" else whole[:-1] + damage)
    assert kept("bread", KEY) is None
    keep("bread", KEY, b"again")
    assert kept("bread", KEY) == b"again"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no such modes")
def test_what_others_can_have_written_is_not_read(cache: Path) -> None:
    keep("bread", KEY, b"baked")
    file_of(cache).chmod(0o666)
    assert kept("bread", KEY) is None


def test_where_nothing_can_be_kept_there_is_nothing(cache: Path) -> None:
    cache.write_text("no folder", encoding="utf-8")
    keep("bread", KEY, b"baked")
    assert kept("bread", KEY) is None


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError

    monkeypatch.setattr(own_files, "cache_folder", nowhere)
    keep("bread", KEY, b"baked")
    assert kept("bread", KEY) is None


# Messages -----------------------------------------------------------------------------------

HEAD = 'msgid "Bread"\nmsgstr "{}"\n\nmsgid "{{n}} roll"\nmsgid_plural "{{n}} rolls"\n'
FORMS = 'msgstr[0] "{n} bułka"\nmsgstr[1] "{n} bułki"\nmsgstr[2] "{n} bułek"\n'


def test_messages_are_those_of_the_files_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = tmp_path / "pl" / "bakery.po"
    area.parent.mkdir()
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    read = i18n.translations.__wrapped__
    for word in ("Chleb", "Chleb", "Bochenek"):
        area.write_text(HEAD.format(word) + FORMS, encoding="utf-8")
        said = read("pl")
        assert said.ugettext("Bread") == word
        assert [said.ungettext("{n} roll", "{n} rolls", n) for n in (1, 2, 5)] == [
            "{n} bułka",
            "{n} bułki",
            "{n} bułek",
        ]
        assert said.ugettext("Unknown") == "Unknown"
    (area.parent / "more.po").write_text('msgid "Salt"\nmsgstr "Sól"\n', encoding="utf-8")
    assert read("pl").ugettext("Salt") == "Sól"


def test_what_is_kept_of_messages_is_read_without_their_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = i18n.translations.__wrapped__
    made = read("uk")
    monkeypatch.delattr(i18n, "_merged")
    again = read("uk")
    assert len(made._catalog) > 1000 and again._catalog == made._catalog
    assert [again.plural(n) for n in range(30)] == [made.plural(n) for n in range(30)]
