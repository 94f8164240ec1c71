"""Which places of unknown hours are likelier to be open: rules of a city, each with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from locator.city.likely_open import rule_for
from locator.city.model import City, load_city
from tests.breaking import edit_text, faults

RULES = """\
[office]
likely = false
words = ["w godzinach pracy"]
because = { pl = "tylko w pracy", en = "in working hours only", uk = "лише в робочий час" }

[guard]
likely = true
words = ["Ochrona", "portier"]
because = { pl = "portier", en = "a porter", uk = "черговий" }
"""


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    (tiny_folder / "likely_open.toml").write_text(RULES, encoding="utf-8")
    return tiny_folder


def test_a_folder_without_rules_has_none(tiny: City) -> None:
    assert tiny.likely_open == ()


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("AED – na portierni", None), "guard"),
        (("AED", "OCHRONĄ jest pan Jan"), "guard"),
        (("AED", "Pomieszczenie ochrona-2"), "guard"),
        (("portiernia", "W godzinach pracy"), "office"),  # the first rule counts
        (("odzież ochronna",), None),
        (("transportier",), None),  # a word fits at its beginning only
        ((None,), None),
    ],
)
def test_the_first_rule_that_fits_counts(
    folder: Path, texts: tuple[str | None, ...], found: str | None
) -> None:
    rule = rule_for(load_city(folder).likely_open, texts)
    assert (None if rule is None else rule.id) == found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("likely = true\n", "", "guard: likely: is missing (allowed: true or false)"),
        ("likely = true", 'likely = "yes"', "guard: likely: is 'yes' (allowed: true or false)"),
        ('["w godzinach pracy"]', "[]", "office: words: is [] (allowed: a list of texts)"),
        ('en = "a porter", ', "", "guard: because.en: is missing (allowed: a text in pl, en, uk)"),
    ],
)
def test_faults_of_a_rule_stop_the_start(folder: Path, old: str, new: str, said: str) -> None:
    edit_text(folder, "likely_open.toml", old, new)
    assert faults(folder) == [f"likely_open.toml: {said}"]


def test_every_reason_of_krakow_is_there_in_every_language(krakow: City) -> None:
    assert {rule.id for rule in krakow.likely_open} >= {"guard", "hotel", "hospital", "station"}
    for rule in krakow.likely_open:
        assert rule.words and all(rule.because[language] for language in ("pl", "en", "uk"))
