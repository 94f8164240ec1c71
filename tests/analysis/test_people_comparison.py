"""A register of residents beside the folder's own people: small cases worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from locator.analysis.access.people_comparison import compare_people, share_misplaced
from locator.base.errors import InvalidParameterError, NotComputableError
from locator.city.model import City
from locator.cli.main import main
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, walkable
from tests.city.test_dwellings import write_houses
from tests.tinycity import at

# One house in each cell; the last cell has half of its 200 people inside.
ONE_EACH = [(150, 3150, 1), (2550, 2550, 1), (550, 550, 1), (3150, 1150, 1)]


def write_register(path: Path, *rows: tuple[float, float, float]) -> Path:
    lines = [",".join(map(str, (*at(x, y), people, "x"))) for x, y, people in rows]
    path.write_text("lon,lat,people,name\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def ground_of(city: City) -> WalkableCity:
    return walkable(city, EstimateModel.from_city(city))


def test_a_tiny_register_by_hand(tiny_folder: Path, tmp_path: Path):
    walkable_city = ground_of(write_houses(tiny_folder, ONE_EACH))
    # Ours: 1000, 400, 600, 100 of 2100. The register has as many, but 210 of the first house's
    # live 130 m further east, in another square of 100 m and the same of 500 m; another 50 outside.
    register = write_register(
        tmp_path / "register.csv",
        (150, 3150, 790),
        (280, 3150, 210),
        (2550, 2550, 400),
        (550, 550, 600),
        (3150, 1150, 100),
        (9000, 1150, 50),
    )
    found = compare_people(walkable_city, register)
    assert found.method == "buildings"
    assert (found.people, found.register_people, found.outside_people) == pytest.approx(
        (2100, 2100, 50)
    )
    assert found.misplaced["misplaced"].to_dict() == pytest.approx(
        {100: 0.1, 250: 0.1, 500: 0, 1000: 0}, abs=1e-9
    )
    # Evenly: of each cell one of 4 quarters is right (of the half cell: of two); 3/4, and 1/2.
    assert found.misplaced.loc[500, "misplaced_evenly"] == pytest.approx(
        (2000 * 0.75 + 100 * 0.5) / 2100, abs=1e-9
    )
    assert found.misplaced.loc[1000, "misplaced_evenly"] == pytest.approx(0, abs=1e-9)


def test_coverage_by_both_by_hand(tiny_folder: Path, tmp_path: Path):
    walkable_city = ground_of(write_houses(tiny_folder, ONE_EACH))
    # Nurseries: 900 m at 1.0 m/s, so 720 m straight: all but the last house (and none of 2 km).
    register = write_register(tmp_path / "register.csv", (150, 3150, 30), (3150, 1150, 70))
    row = compare_people(walkable_city, register).coverage.loc["nurseries"]
    assert row.to_dict() == pytest.approx(
        {"minutes": 15, "share": 2000 / 2100, "register_share": 0.3}
    )


def test_layers_that_move_are_left_out(tiny: City, tmp_path: Path):
    register = write_register(tmp_path / "register.csv", (150, 3150, 30))
    found = compare_people(ground_of(tiny), register)
    assert found.coverage.index.tolist() == ["nurseries", "aeds"]
    assert found.method == "uniform"
    assert (found.misplaced["misplaced"] == found.misplaced["misplaced_evenly"]).all()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lon,lat\n20,50\n", "register.csv lacks the columns people; it needs lon, lat, people."),
        ("lon,lat,people\n", "register.csv has no rows."),
        ("lon,lat,people\n20,50,1\n20,50,-1\n", "line 3: people is '-1'"),
        ("lon,lat,people\n20,95,1\n", "line 2: lat is '95'"),
        ("lon,lat,people\n20,50,\n", "line 2: people is ''"),
        ("lon,lat,people\n20,50,inf\n", "line 2: people is 'inf'"),
    ],
)
def test_a_bad_register_is_named_with_its_fault(
    tiny: City, tmp_path: Path, content: str, said: str
):
    path = tmp_path / "register.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidParameterError) as raised:
        compare_people(ground_of(tiny), path)
    assert said in raised.value.message


def test_a_register_of_another_city_cannot_be_compared(tiny: City, tmp_path: Path):
    register = write_register(tmp_path / "register.csv", (90_000, 3150, 30))
    with pytest.raises(NotComputableError):
        compare_people(ground_of(tiny), register)


def test_the_command_prints_both_tables(tiny_folder: Path, tmp_path: Path):
    write_houses(tiny_folder, ONE_EACH)
    register = write_register(tmp_path / "register.csv", (150, 3150, 30), (3150, 1150, 70))
    said = ["people", "compare", str(register), "--geodata", str(tiny_folder)]
    shown = CliRunner().invoke(main, said)
    assert shown.exit_code == 0
    assert "250 m" in shown.output and "30.0%" in shown.output and "+65.2" in shown.output
    answer = json.loads(CliRunner().invoke(main, [*said, "--json"]).stdout)
    assert [row["side_m"] for row in answer["misplaced"]] == [100, 250, 500, 1000]
    assert answer["coverage"][0]["register_share"] == pytest.approx(0.3)


spots = st.lists(
    st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(1, 50)), min_size=1, max_size=9
)


@given(spots, spots, st.sampled_from([100, 250, 500]))
def test_misplaced_is_half_of_what_differs_square_by_square(a, b, side):
    def shares(spots):
        total = sum(people for *_, people in spots)
        made: dict[tuple[int, int], float] = {}
        for x, y, people in spots:
            key = (x // side, y // side)
            made[key] = made.get(key, 0) + people / total
        return made

    first, second = shares(a), shares(b)
    naive = sum(abs(first.get(k, 0) - second.get(k, 0)) for k in first | second) / 2
    (xy, people), (true_xy, true_people) = (
        (
            np.array([s[:2] for s in spots], dtype=float),
            np.array([s[2] for s in spots], dtype=float),
        )
        for spots in (a, b)
    )
    found = share_misplaced(xy, people, true_xy, true_people, side_m=side)
    assert found == pytest.approx(naive)
    assert 0 <= found <= 1 + 1e-9
