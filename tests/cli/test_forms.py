"""What is printed and written, and in which form: tables, JSON, rows, files, standard output."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from locator.cli.main import main
from locator.cli.manual import manual_pages
from tests.cli.running import answer, locator

NEAREST = ("nearest", "--layer", "nurseries")
MANY = (*NEAREST, "--from", "-", "-k", "2")

ORIGINS = """id,address,lat,lon
home,Lipowa 1,,
lost,Nowhere 99,,
,,{lat},{lon}
far,,10,10
more,Lipowa 1,,,,too
none,,,
"""


@pytest.fixture
def shared(city_folder: Path) -> Path:
    """The tiny city, which no command here changes."""
    return city_folder


def fed(folder: Path, given: str | bytes, *args: str) -> Result:
    return CliRunner().invoke(main, ["--geodata", str(folder), *args], input=given)


def origins() -> str:
    from tests.tinycity import at

    lon, lat = at(500, 3000)
    return ORIGINS.format(lat=lat, lon=lon)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_many_origins_are_answered_row_by_row(shared: Path) -> None:
    result = fed(shared, origins(), *MANY)
    found = rows(result.stdout)
    assert [(row["id"], row["rank"], row["facility_id"]) for row in found] == [
        ("home", "1", "nurseries-1"),
        ("home", "2", "nurseries-2"),
        ("lost", "", ""),
        ("3", "1", "nurseries-1"),
        ("3", "2", "nurseries-2"),
        ("far", "", ""),
        ("more", "", ""),
        ("none", "", ""),
    ]
    assert [row["fault"] for row in found if row["id"] == "lost"] == [
        "We did not find “Nowhere 99”."
    ]
    assert "outside the city" in next(row["fault"] for row in found if row["id"] == "far")
    assert result.exit_code == 1
    assert "4 of 6 origins have no answer" in result.stderr


def test_one_origin_of_many_has_the_answer_it_has_alone(shared: Path) -> None:
    alone = answer(shared, *NEAREST, "Lipowa 1", "-k", "2")
    result = fed(shared, "address\nLipowa 1\n", *MANY, "--jsonl")
    assert result.exit_code == 0
    many = [json.loads(line) for line in result.stdout.splitlines()]
    for row, feature in zip(many, alone["features"], strict=True):
        assert row["facility_id"] == feature["id"]
        assert (row["lon"], row["lat"]) == tuple(feature["geometry"]["coordinates"])
        for name in ("walk_m", "walk_s", "name", "address", "open_state", "model"):
            assert row[name] == feature["properties"][name]
        assert row["fault"] is None
    assert [row["rank"] for row in many] == [1, 2]


def test_ranks_are_counted_in_each_layer(shared: Path) -> None:
    result = fed(shared, "q\nLipowa 1\n", *MANY, "--layer", "aeds", "--jsonl")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    by_layer: dict[str, list[int]] = {}
    for row in found:
        by_layer.setdefault(row["layer"], []).append(row["rank"])
    assert by_layer["nurseries"] == [1, 2]
    assert by_layer["aeds"][0] == 1


def _lon(point: dict[str, Any] | None) -> float | None:
    return None if point is None else point["coordinates"][0]


@pytest.mark.parametrize("form", ["json", "geojson", "jsonl", "csv"])
def test_every_form_says_the_same(shared: Path, form: str) -> None:
    text = fed(shared, origins(), *MANY, "--format", form).stdout
    if form == "csv":
        found: list[Any] = rows(text)
    elif form == "geojson":
        found = [
            one["properties"] | {"lon": _lon(one["geometry"])}
            for one in json.loads(text)["features"]
        ]
    else:
        found = json.loads(text) if form == "json" else [*map(json.loads, text.splitlines())]
    told = [
        tuple("" if one[name] is None else str(one[name]) for name in ("id", "walk_m", "lon"))
        for one in found
    ]
    assert len(told) == 8
    assert told == [
        (row["id"], row["walk_m"], row["lon"]) for row in rows(fed(shared, origins(), *MANY).stdout)
    ]


@pytest.mark.parametrize(("form", "said"), [("json", []), ("jsonl", None), ("csv", [])])
def test_a_file_without_rows_is_an_empty_answer(shared: Path, form: str, said: Any) -> None:
    result = fed(shared, "address\n", *MANY, "--format", form)
    assert result.exit_code == 0
    if form == "json":
        assert json.loads(result.stdout) == said
    else:
        assert rows(result.stdout) == (said or [])


def test_columns_may_be_parted_by_semicolons_and_begin_with_a_mark(shared: Path) -> None:
    content = "\ufeffAdres;ID\nLipowa 1;dom\n".encode()
    (first, *_) = rows(fed(shared, content, *MANY).stdout)
    assert (first["id"], first["from"]) == ("dom", "Lipowa 1")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names: none"),
        (b"street,number\nLipowa,1\n", "names: street, number"),
        ("address\nŁąkowa 1\n".encode("cp1250"), "has to be UTF-8"),
    ],
)
def test_what_is_no_file_of_origins_is_wrong_usage(shared: Path, content: bytes, said: str) -> None:
    result = fed(shared, content, *MANY)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((*MANY, "Lipowa 1"), "one ADDRESS, or a file"),
        (NEAREST, "one ADDRESS, or a file"),
        ((*MANY, "--transit"), "--transit is for one ADDRESS"),
        ((*MANY, "--format", "table"), "--format table is for one ADDRESS"),
        (("nearest", "--layer", "nope", "--from", "-"), "no layer “nope”"),
        ((*MANY, "-k", "99"), "from 1 to 20"),
        ((*NEAREST, "Lipowa 1", "--json", "--jsonl"), "Say once in which form"),
        ((*NEAREST, "Lipowa 1", "--json", "--format", "csv"), "Say once in which form"),
        ((*NEAREST, "Lipowa 1", "--out", "-"), "--out - needs --format"),
        ((*NEAREST, "Lipowa 1", "--out", "x.pdf"), "has to end in one of"),
        (("coverage", "nurseries", "--out", "-"), "one of: csv, geojson, json"),
        (("coverage", "nurseries", "--format", "jsonl"), "'jsonl' is not one of"),
    ],
)
def test_what_is_asked_wrongly_is_said_before_any_row(
    shared: Path, args: tuple[str, ...], said: str
) -> None:
    result = fed(shared, "address\nLipowa 1\n", *args)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert not result.stdout


def test_an_answer_is_written_to_a_file_by_its_ending(shared: Path, tmp_path: Path) -> None:
    at_ten = ("--at", "2026-11-12T10:00")
    for name in ("a.csv", "a.jsonl", "a.json", "a.geojson"):
        done = locator(
            shared, *NEAREST, "Lipowa 1", *at_ten, "-k", "1", "--out", str(tmp_path / name)
        )
        assert done.exit_code == 0
        assert "From Lipowa 1" in done.stdout
        assert f"Written: {tmp_path / name}" in done.stderr
    assert rows((tmp_path / "a.csv").read_text())[0]["facility_id"] == "nurseries-1"
    assert json.loads((tmp_path / "a.jsonl").read_text())["facility_id"] == "nurseries-1"
    assert json.loads((tmp_path / "a.json").read_text())["features"][0]["id"] == "nurseries-1"
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "a.geojson").read_bytes()


def test_many_origins_are_written_to_a_file_whole_or_not_at_all(
    shared: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.jsonl"
    assert fed(shared, "address\nLipowa 1\n", *MANY, "--out", str(out)).stdout == ""
    before = out.read_bytes()
    assert len(before.splitlines()) == 2
    broken = b"address\nLipowa 1\n" + b"\xff\n"
    assert fed(shared, broken, *MANY, "--out", str(out)).exit_code == 2
    assert out.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_dash_is_the_first_line_of_standard_input(shared: Path) -> None:
    result = fed(shared, "Lipowa 1\nLipowa 2\n", *NEAREST, "-", "-k", "1")
    assert "From Lipowa 1 (address, exact)." in result.stdout


def test_a_scenario_is_read_from_standard_input(shared: Path, tmp_path: Path) -> None:
    content = json.dumps({"layer": "nurseries", "close": ["nurseries-1"]})
    (tmp_path / "change.json").write_text(content)
    for form in ("csv", "geojson", "json"):
        out = ("--out", "-", "--format", form)
        piped = fed(shared, content, "scenario", "-", *out)
        assert piped.exit_code == 0, piped.output
        assert (
            piped.stdout == locator(shared, "scenario", str(tmp_path / "change.json"), *out).stdout
        )
    assert fed(shared, "{", "scenario", "-").exit_code == 1


def test_coverage_is_printed_in_the_form_it_is_written_in(shared: Path, tmp_path: Path) -> None:
    for form in ("csv", "geojson", "json"):
        out = tmp_path / f"a.{form}"
        locator(shared, "coverage", "nurseries", "--out", str(out))
        printed = locator(shared, "coverage", "nurseries", "--format", form)
        assert printed.stdout.encode() == out.read_bytes().replace(b"\r\n", b"\n")


def test_sites_are_rows_in_every_form(shared: Path) -> None:
    options = ("sites", "nurseries", "--group", "all", "--minutes", "10", "-n", "2")
    sites = answer(shared, *options)["sites"]
    assert len(sites) == 2
    lines = locator(shared, *options, "--jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == sites
    features = json.loads(locator(shared, *options, "--format", "geojson").stdout)["features"]
    assert [one["geometry"]["coordinates"] for one in features] == [
        [one["lon"], one["lat"]] for one in sites
    ]
    table = rows(locator(shared, *options, "--format", "csv").stdout)
    assert [row["name"] for row in table] == [one["name"] for one in sites]
    assert [row["alike"] for row in table] == [" ".join(map(str, one["alike"])) for one in sites]
    refused = locator(shared, *options, "--least-missed", "--format", "csv")
    assert refused.exit_code == 2
    assert "is for new sites" in refused.stderr


def test_colours_are_left_out_on_request(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    said = locator(shared, "check").output
    assert not re.search(r"\x1b\[[0-9;]*[349][0-7]m", said)


# Completion ---------------------------------------------------------------------------------


def completed(*words: str, folder: Path) -> list[str]:
    *before, typed = words
    shell = ShellComplete(main, {}, "locator", "_LOCATOR_COMPLETE")
    found = shell.get_completions(["--geodata", str(folder), *before], typed)
    return [one.value for one in found]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("nearest", "Lipowa 1", "--layer", "nu"), ["nurseries"]),
        (("coverage", "nu"), ["nurseries"]),
        (("sites", "nurseries", "--district", "i"), ["I", "II"]),
        (("sites", "nurseries", "--group", "x"), []),
        (("cov",), ["coverage"]),
        (("coverage", "nurseries", "--format", "c"), ["csv"]),
    ],
)
def test_names_are_completed(shared: Path, words: tuple[str, ...], offered: list[str]) -> None:
    assert completed(*words, folder=shared) == offered


def test_the_folder_after_the_command_counts_and_a_missing_one_offers_nothing(
    shared: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    assert completed("coverage", "nu", folder=nowhere) == []
    assert completed("coverage", "--geodata", str(shared), "nu", folder=nowhere) == ["nurseries"]
    (tmp_path / "catalogue.toml").write_text("layers = 3\n")
    (tmp_path / "districts.geojson").write_text("[]")
    assert completed("coverage", "nu", folder=tmp_path) == []
    assert completed("sites", "nurseries", "--district", "I", folder=tmp_path) == []


# Manual -------------------------------------------------------------------------------------


def leaves(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            assert command is not None
            if isinstance(command, click.Group):
                yield from leaves(command, *above, name)
            else:
                yield " ".join((*above, name)), command


def test_every_command_takes_the_folder_by_one_name() -> None:
    without = {
        path
        for path, command in leaves(main)
        if "--geodata" not in [name for one in command.params for name in one.opts]
    }
    # They are told of folders by their arguments.
    assert without == {"city new", "compare", "country build", "country report"}


def test_every_command_has_its_page_with_all_its_options() -> None:
    pages = dict(manual_pages())
    assert {f"locator-{path.replace(' ', '-')}" for path, _ in leaves(main)} < set(pages)
    for path, command in leaves(main):
        page = pages[f"locator-{path.replace(' ', '-')}"]
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert f"\n.B {option.opts[0]}".replace("-", "\\-") in page or any(
                    f"{name}".replace("-", "\\-") in page for name in option.opts
                )


def test_a_page_sets_nothing_but_what_it_means_to() -> None:
    known = {".TH", ".SH", ".B", ".TP", ".PP", ".nf", ".fi"}
    for name, page in manual_pages():
        assert {line.split(" ")[0] for line in page.splitlines() if line[:1] in ".'"} <= known, name
        assert page.startswith(f'.TH "{name.upper()}" "1"')
        assert not re.search(r"(?<!\\)-", "".join(page.splitlines()[1:])), name


def test_help_stays_as_it_was_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("try", help=".dot \\ and\nmore\n\n\b\nExample:\n  locator -x\n")
    @click.option("--some-thing", help="What\nit is.")
    def command(**_: Any) -> None: ...

    ((name, page),) = manual_pages(command, "locator")
    assert name == "locator-try"
    assert "\\&.dot \\e and more\n.PP\n.nf\nExample:\n  locator \\-x\n.fi\n" in page
    assert ".TP\n.B \\-\\-some\\-thing TEXT\nWhat it is.\n" in page
