"""The walking report: three walks worked out by hand, bad files, and the real walking times."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from locator.base.errors import InvalidParameterError
from locator.city.model import City
from locator.walking.choose import choose_model
from locator.walking.validation import walking_report
from tests.tinycity import at

MEASURED = Path(__file__).resolve().parents[3] / "shared" / "testdata" / "walking_times.csv"
HEADER = "from_lon,from_lat,to_lon,to_lat,walk_s\n"
M_PER_S = 5 / 3.6


def write_walks(path: Path, *walks: tuple[tuple[float, float], tuple[float, float], float]) -> Path:
    rows = [f"{start[0]},{start[1]},{end[0]},{end[1]},{walk_s}" for start, end, walk_s in walks]
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def three_walks(tmp_path: Path) -> Path:
    return write_walks(
        tmp_path / "walks.csv",
        (at(500, 3000), at(500, 3800), 800 / M_PER_S),  # bank a, 800 m: the model says 1000
        (at(500, 500), at(1000, 500), 1250 / M_PER_S),  # bank b, 1250 m: the model says 625
        (at(2000, 2500), at(2000, 1500), 1500 / M_PER_S),  # across, 1500 m: exactly so
    )


def test_three_walks_by_hand(tiny: City, three_walks: Path):
    report = walking_report(tiny, three_walks)
    assert report.index.tolist() == [
        "bank_a",
        "bank_b",
        "one_bank",
        "across",
        "all",
        "outside",
        "unusable",
    ]
    assert report["n"].tolist() == [1, 1, 2, 1, 3, 0, 0]
    assert report["model_bias_pct"].tolist() == pytest.approx(
        [25, -50, -12.5, 0, -25 / 3, *[float("nan")] * 2], abs=1e-3, nan_ok=True
    )
    assert report.loc["one_bank", "model_mean_abs_pct"] == pytest.approx(37.5, abs=1e-3)
    assert report.loc["all", "model_median_abs_pct"] == pytest.approx(25, abs=1e-3)
    # Straight line x 1.26: 1008 of 800, 630 of 1250, 1260 of 1500 metres.
    assert report.loc["all", "plain_mean_abs_pct"] == pytest.approx((26 + 49.6 + 16) / 3, abs=1e-3)


def test_pairs_outside_and_without_a_walk_are_counted_apart(tiny: City, tmp_path: Path):
    path = write_walks(
        tmp_path / "walks.csv",
        (at(500, 3000), at(500, 3800), 576),
        (at(500, 3000), at(500, 5000), 1440),
        (at(500, 3000), at(500, 3000), 60),
        (at(500, 3000), at(500, 3500), 0),
    )
    report = walking_report(tiny, path)
    assert report["n"].to_dict() == {
        "bank_a": 1,
        "bank_b": 0,
        "one_bank": 1,
        "across": 0,
        "all": 1,
        "outside": 1,
        "unusable": 2,
    }
    assert report.loc["outside", "model_bias_pct"] == pytest.approx(25, abs=1e-3)


def test_a_city_without_a_river_has_no_banks_to_report(tiny: City, three_walks: Path):
    dry = replace(tiny, catalogue=replace(tiny.catalogue, river=None))
    assert walking_report(dry, three_walks).index[0] == "one_bank"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a CSV table"),
        (b"\xff\xfe\x00binary", "not a CSV table"),
        (b"a,b\n1,2\n", "lacks the columns from_lon, from_lat"),
        (HEADER.encode(), "no rows"),
        (HEADER.encode() + b"20,50,20.1,50.1,quick\n", "line 2: walk_s is 'quick'"),
        (HEADER.encode() + b"20,50,20.1,50.1,9\n20,95,20.1,50.1,9\n", "line 3: from_lat is '95'"),
        (HEADER.encode() + b"20,50,20.1,50.1,-1\n", "walk_s is '-1'"),
    ],
)
def test_a_bad_file_is_named_with_its_fault(tiny: City, tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "walks.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidParameterError) as raised:
        walking_report(tiny, path)
    assert "walks.csv" in raised.value.message
    assert said in raised.value.message


def test_a_missing_file_is_said_to_be_missing(tiny: City, tmp_path: Path):
    with pytest.raises(InvalidParameterError, match=r"none\.csv cannot be read"):
        walking_report(tiny, tmp_path / "none.csv")


@pytest.mark.real_data
@pytest.mark.skipif(not MEASURED.exists(), reason="../shared/testdata is not here")
def test_the_estimate_is_as_good_as_promised_on_measured_walks(krakow: City):
    report = walking_report(krakow, MEASURED)
    assert report.loc["all", "n"] > 1500
    for error in ("median_abs_pct", "mean_abs_pct"):
        assert report.loc["one_bank", f"model_{error}"] <= report.loc["one_bank", f"plain_{error}"]
    assert report.loc["across", "plain_mean_abs_pct"] > 25
    assert report.loc["across", "model_mean_abs_pct"] <= 16
    assert abs(report.loc["all", "model_bias_pct"]) < 5


@pytest.mark.real_data
@pytest.mark.skipif(not MEASURED.exists(), reason="../shared/testdata is not here")
def test_the_streets_are_as_good_as_promised_on_measured_walks(krakow: City):
    report = walking_report(krakow, MEASURED, model=choose_model(krakow))
    measured = report.loc["all", ["model_median_abs_pct", "model_mean_abs_pct", "model_bias_pct"]]
    assert measured.round(1).tolist() == [1.5, 4.7, -1.4]  # as the catalogue and the docs say
    said = krakow.catalogue.streets_quality
    assert said is not None
    assert "median error 1.5%, mean 4.7%" in said["en"]
