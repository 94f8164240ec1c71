"""The command line, on the tiny city: what it prints and how it exits."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from locator import __version__
from locator.cli.main import main
from locator.web import serving
from tests.cli.running import answer, locator
from tests.tinycity import at, facility, write_json


def commands(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*prefix, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*prefix, name))


@pytest.mark.parametrize("command", list(commands(main)), ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.stdout
    assert len(result.stdout.splitlines()) > 4


def test_the_list_of_commands_says_what_each_is_for() -> None:
    lines = CliRunner().invoke(main, ["--help"]).stdout.splitlines()
    after = lines[lines.index("Commands:") + 1 :]
    listed = [line for line in after if line[:2] == "  " and line[2:3].isalpha()]
    assert [line.split()[0] for line in listed][:6] == [
        "serve",
        "nearest",
        "coverage",
        "check",
        "locate",
        "walking",
    ]
    assert all(len(line.split()) > 3 for line in listed)


def test_help_does_not_load_what_only_commands_need() -> None:
    code = (
        "import sys; from locator.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'geopandas', 'flask', 'folium', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_asks_for_the_nearest_waits_for_no_library_of_arrow(folder: Path) -> None:
    lon, lat = at(500, 3000)
    code = (
        "import sys; from locator.cli.main import main\n"
        f"asked = ['{lat}, {lon}', '--layer', 'nurseries', '--geodata', {str(folder)!r}]\n"
        "try: main(['nearest', *asked, '--format', 'jsonl'])\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.exit('loaded' if 'pyarrow' in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "nurseries-1" in done.stdout


def test_the_version_is_told() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).stdout


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["fly"]).exit_code == 2


def test_nearest_lists_by_walking_time(folder: Path) -> None:
    lon, lat = at(500, 3000)
    found = answer(folder, "nearest", f"{lat}, {lon}", "--layer", "nurseries")
    walks = [(f["id"], f["properties"]["walk_m"]) for f in found["features"]]
    assert walks[:2] == [("nurseries-1", 625), ("nurseries-2", 2577)]
    assert found["model"] == "estimate"


def test_nearest_prints_a_table_with_units(folder: Path) -> None:
    result = locator(folder, "nearest", "Lipowa 1", "--layer", "nurseries", "-k", "1")
    assert result.exit_code == 0
    assert "From Lipowa 1 (address, exact)." in result.stdout
    assert "Żłobek Pod Lipą" in result.stdout
    assert "Walking model: estimate" in result.stdout
    for unit in (" min ", " m "):
        assert unit in result.stdout


def test_nearest_says_when_the_number_is_not_on_file(folder: Path) -> None:
    result = locator(folder, "nearest", "Lipowa 11", "--layer", "nurseries", "-k", "1")
    assert "Number 11 is not on file; 12 is the nearest on this street." in result.stdout


def test_nearest_knows_what_is_open_at_a_moment(folder: Path) -> None:
    options = ("nearest", "Lipowa 1", "--layer", "nurseries", "--open-now", "--at")
    found = answer(folder, *options, "2026-11-12T10:00")
    assert [f["id"] for f in found["features"]] == ["nurseries-1"]
    night = locator(folder, *options, "2026-11-12T23:00")
    assert night.exit_code == 1
    assert "Nothing was found." in night.stderr


def test_nearest_says_that_vehicles_are_not_ranked_and_where_to_ask(folder: Path) -> None:
    result = locator(folder, "nearest", "Lipowa 1", "--layer", "vehicles")
    assert result.exit_code == 1
    assert "The facilities of vehicles are on vehicles" in result.stderr
    assert "is assumed unless confirmed. See `locator vehicles list`." in result.stderr


def test_nearest_takes_a_pace(folder: Path) -> None:
    found = answer(folder, "nearest", "Lipowa 1", "--layer", "nurseries", "--pace", "2", "-k", "2")
    last = found["features"][-1]["properties"]
    assert last["walk_s"] == pytest.approx(last["walk_m"] / 2, abs=1)


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["Lipowa", "--layer", "bakeries"], 2, "There is no layer"),
        (["Lipowa"], 2, "Which layer?"),
        (["", "--layer", "aeds"], 2, "q is empty"),
        (["x" * 10_000, "--layer", "aeds"], 2, "200"),
        (["Lipowa", "--layer", "aeds", "-k", "0"], 2, "1 to 20"),
        (["Lipowa", "--layer", "aeds", "-k", "many"], 2, "1 to 20"),
        (["Lipowa", "--layer", "aeds", "--pace", "99"], 2, "0.3 to 3"),
        (["Lipowa", "--layer", "aeds", "--at", "soon"], 2, "2026-06-01T14:30"),
        (["Marszałkowska 1, Warszawa", "--layer", "aeds"], 1, "We did not find"),
        (["0.5, 0.5", "--layer", "aeds"], 1, "lies outside the city"),
    ],
)
def test_nearest_explains_what_is_wrong(
    folder: Path, args: list[str], code: int, message: str
) -> None:
    result = locator(folder, "nearest", *args)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""


def test_coverage_adds_up(folder: Path) -> None:
    found = answer(folder, "coverage", "nurseries", "--group", "age_0_14", "--minutes", "15")
    assert found["people"] == 210
    assert found["served"] + found["unserved"] == 210
    assert sum(district["served"] for district in found["districts"]) == found["served"]


def test_coverage_prints_districts_and_caveats(folder: Path) -> None:
    result = locator(folder, "coverage", "nurseries", "--minutes", "15")
    assert result.exit_code == 0, result.output
    for part in ("Północ", "Południe", "Walking model: estimate", "Of the 4 that", "min at 1 m/s"):
        assert part in result.stdout


@pytest.mark.parametrize("suffix", ["csv", "geojson", "json"])
def test_coverage_writes_a_file(folder: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"coverage.{suffix}"
    result = locator(folder, "coverage", "nurseries", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert str(out) in result.stderr
    text = out.read_text(encoding="utf-8")
    if suffix == "csv":
        rows = list(csv.DictReader(text.splitlines()))
        assert [row["name"] for row in rows] == ["Północ", "Południe"]
    else:
        assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["bakeries"], 2, "There is no layer"),
        (["nurseries", "--minutes", "-5"], 2, "1 to 60"),
        (["nurseries", "--group", "giants"], 2, "age_0_2"),
        (["nurseries", "--out", "report.doc"], 2, ".csv, .geojson, .json"),
        (["nurseries", "--out", "no/such/folder/x.csv"], 2, "There is no folder"),
        (["vehicles"], 1, "move"),
    ],
)
def test_coverage_explains_what_is_wrong(
    folder: Path, args: list[str], code: int, message: str
) -> None:
    result = locator(folder, "coverage", *args)
    assert result.exit_code == code
    assert message in result.stderr


def test_check_of_a_sound_folder_prints_each_layer(folder: Path) -> None:
    result = locator(folder, "check")
    assert result.exit_code == 0, result.output
    assert "no faults" in result.stdout
    for layer in ("nurseries", "aeds", "vehicles"):
        assert layer in result.stdout
    found = answer(folder, "check")
    assert found["faults"] == []
    assert found["layers"]["nurseries"]["expected"] == 4
    assert {"file", "feature", "message"} == set(found["notices"][0])


def test_check_lists_the_notices_unless_told_not_to(folder: Path) -> None:
    notice = "nurseries.geojson: -: 1 of 5 are not on the map"
    assert notice in locator(folder, "check").stdout
    assert notice not in locator(folder, "check", "--table").stdout


def test_check_takes_a_folder_and_lists_every_fault(folder: Path) -> None:
    (folder / "stops.csv").unlink()
    write_json(folder / "aeds.geojson", [facility(None, id="aeds-1", status="melted")])
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    assert "stops.csv: -: -: the file is missing" in result.stdout
    assert "aeds.geojson: aeds-1: status: " in result.stdout
    listed = CliRunner().invoke(main, ["check", str(folder), "--json"])
    assert listed.exit_code == 1
    files = {fault["file"] for fault in json.loads(listed.stdout)["faults"]}
    assert {"stops.csv", "aeds.geojson"} <= files


def test_locate_reports_and_writes(folder: Path) -> None:
    write_json(
        folder / "nurseries.geojson",
        [
            facility(None, id="n-1", street="ul. Lipowa", housenumber="1"),
            facility(None, id="n-2", street="ul. Nieznana", housenumber="9"),
        ],
    )
    dry = locator(folder, "locate", "--dry-run")
    assert dry.exit_code == 0
    assert "exact 1, not located 1." in dry.stdout
    assert "Nothing was written." in dry.stdout
    rows = answer(folder, "locate", str(folder), "--source", "OpenStreetMap 2026-10-03")
    assert [(row["id"], row["outcome"]) for row in rows] == [
        ("n-1", "exact"),
        ("n-2", "not_located"),
    ]
    assert [row["id"] for row in answer(folder, "locate")] == ["n-2"]


def test_walking_report_compares_with_measured_times(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    (from_lon, from_lat), (to_lon, to_lat) = at(500, 3000), at(500, 3500)
    path.write_text(
        f"from_lon,from_lat,to_lon,to_lat,walk_s\n{from_lon},{from_lat},{to_lon},{to_lat},450\n",
        encoding="utf-8",
    )
    found = answer(folder, "walking", "report", str(path))
    assert found["model"] == "estimate"
    assert found["pairs"]["all"]["n"] == 1
    # 625 m by the estimate against 450 s x 5 km/h = 625 m
    assert found["pairs"]["all"]["model_median_abs_pct"] == pytest.approx(0, abs=0.1)
    result = locator(folder, "walking", "report", str(path))
    assert "Errors in %" in result.stdout


@pytest.mark.parametrize("content", [None, "a,b\n1,2\n", ""])
def test_walking_report_explains_a_file_it_cannot_read(
    folder: Path, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "times.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    result = locator(folder, "walking", "report", str(path))
    assert result.exit_code == 2
    assert "times.csv" in result.stderr


def test_serve_hands_folder_host_and_port_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def run(config: Any, *, host: str | None, port: int | None, progress: Any) -> None:
        calls.append((config, host, port))

    monkeypatch.setattr(serving, "run", run)
    monkeypatch.setenv("LOCATOR_WORKERS", "0")  # else other processes do it
    assert locator(folder, "serve", "--port", "8123", "--host", "0.0.0.0").exit_code == 0
    assert calls == [({"GEODATA": str(folder)}, "0.0.0.0", 8123)]
    assert locator(folder, "serve", "--port", "99999").exit_code == 2


def test_the_folder_may_be_named_after_the_command_or_in_the_environment(folder: Path) -> None:
    runner = CliRunner()
    options = ["nearest", "Lipowa 1", "--layer", "aeds"]
    after = runner.invoke(main, [*options, "--geodata", str(folder)])
    assert after.exit_code == 0, after.output
    named = runner.invoke(main, options, env={"LOCATOR_GEODATA": str(folder)})
    assert named.exit_code == 0
    assert "Lipowa 1" in named.stdout


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = locator(tmp_path / "nowhere", "nearest", "Lipowa", "--layer", "aeds")
    assert result.exit_code == 1
    assert "is not a folder" in result.stderr
    assert "Traceback" not in result.output
