"""A state of a city folder is kept whole, opened whole, and told apart from another."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from locator.analysis.state_comparison import compare_states
from locator.city.model import load_city
from locator.curation.snapshot import MANIFEST, SnapshotError, opened_state, take_snapshot
from locator.walking.choose import choose_model
from tests.breaking import edit_feature, edit_json
from tests.cli.running import answer, locator
from tests.tinycity import point


def test_a_snapshot_holds_the_folder_and_is_the_same_for_the_same(
    tiny_folder: Path, tmp_path: Path
):
    (tiny_folder / "streets.graph").write_bytes(b"made from others")
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    assert take_snapshot(tiny_folder, one) == take_snapshot(tiny_folder, two)
    assert one.read_bytes() == two.read_bytes()
    with opened_state(one) as folder:
        kept = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert len(load_city(folder).facilities) == 8
    own = {path.name: path.read_bytes() for path in tiny_folder.iterdir()}
    del own["streets.graph"]
    assert kept == own
    assert not folder.exists()


def test_one_that_was_changed_is_refused(tiny_folder: Path, tmp_path: Path):
    path = tmp_path / "state.zip"
    take_snapshot(tiny_folder, path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for change, said in (
        ({"stops.csv": b"other"}, "stops.csv was changed"),
        ({MANIFEST: b"{}"}, "cannot be read"),
        ({MANIFEST: json.dumps({"format": 1, "files": {"../x": ""}}).encode()}, "another format"),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in {**files, **change}.items():
                archive.writestr(name, content)
        with pytest.raises(SnapshotError, match=said), opened_state(path):
            pass


@pytest.mark.parametrize("content", [None, b"no archive"])
def test_what_is_no_snapshot_is_said(tmp_path: Path, content: bytes | None):
    path = tmp_path / "state.zip"
    if content is not None:
        path.write_bytes(content)
    result = locator(tmp_path, "compare", str(path), str(path))
    assert result.exit_code == 1
    assert "is no snapshot of a city folder" in result.output


def test_two_states_are_told_apart(tiny_folder: Path, tmp_path: Path):
    before = tmp_path / "before.zip"
    assert locator(tiny_folder, "snapshot", str(before)).exit_code == 0
    edit_feature(tiny_folder, position=0, geometry=point(500, 3600), phone=None)
    edit_feature(
        tiny_folder, position=3, status="open", expected_opening=None, geometry=point(3250, 1500)
    )
    edit_json(tiny_folder, "nurseries.geojson", lambda content: content["features"].pop(2))
    found = answer(tiny_folder, "compare", str(before), str(tiny_folder))
    rows = {row["id"]: (row["change"], row["fields"]) for row in found["facilities"]}
    assert rows == {
        "nurseries-1": ("changed", "phone, geometry"),
        "nurseries-3": ("gone", ""),
        "nurseries-4": ("changed", "status, expected_opening, geometry"),
    }
    assert found["facilities"][0]["moved_m"] == pytest.approx(100, abs=0.1)
    (nurseries,) = (row for row in found["coverage"] if row["layer"] == "nurseries")
    # The southern cell loses its 15 children, the half cell gains its 2.5; the rest stay in reach.
    assert nurseries["served_before"] == 50
    assert nurseries["served_after"] < 50


def test_a_state_does_not_differ_from_itself(tiny_folder: Path):
    city = load_city(tiny_folder)
    found = compare_states(city, city, choose_model(city))
    assert found.facilities.empty
    assert (found.coverage["share_before"] == found.coverage["share_after"]).all()
