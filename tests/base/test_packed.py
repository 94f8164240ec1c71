"""What is packed comes back, and what is damaged is refused in words."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from locator.base.packed import PackedFileError, packed_bytes, read_packed, read_packed_arrays

LINES = gpd.GeoDataFrame(
    {"name": ["Długa", None, "Długa"], "width_m": [4.5, 3.0, 2.0], "bridge": [True, False, False]},
    geometry=shapely.from_wkt(
        [
            "LINESTRING (19.938 50.061, 19.9385 50.0615)",
            "LINESTRING (-0.000001 0, 179.999999 -89.5, 20 50)",
            "LINESTRING (19.938 50.061, 19.938 50.061)",
        ]
    ),
    crs="EPSG:4326",
)


def test_lines_come_back_with_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "lines.npz"
    file.write_bytes(packed_bytes(LINES, about={"source": "a survey", "source_date": "2026-11"}))
    frame, about = read_packed(file)
    assert frame["name"].tolist() == ["Długa", None, "Długa"]
    assert frame["width_m"].tolist() == [4.5, 3.0, 2.0]
    assert frame["bridge"].tolist() == [True, False, False]
    assert frame.crs == "EPSG:4326"
    assert np.allclose(
        shapely.get_coordinates(frame.geometry.values),
        shapely.get_coordinates(LINES.geometry.values),
        atol=5e-7,
        rtol=0,
    )
    assert (about["source"], about["rows"], about["geometry"]) == ("a survey", 3, "linestring")


def test_columns_that_nobody_wants_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "lines.npz"
    file.write_bytes(packed_bytes(LINES, about={}))
    found = read_packed_arrays(file, columns=("bridge", "colour"))
    assert found.columns.to_dict("list") == {"bridge": [True, False, False]}
    assert len(found.points) == 7
    assert [*read_packed_arrays(file).columns] == ["name", "width_m", "bridge"]


def test_polygons_keep_their_holes(tmp_path: Path) -> None:
    hole = shapely.Polygon(
        [(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2)], [(5, 5), (6, 5), (6, 6)]]
    )
    plain = shapely.Polygon([(20, 50), (20.5, 50), (20.5, 50.5)])
    file = tmp_path / "areas.npz"
    file.write_bytes(packed_bytes(gpd.GeoDataFrame(geometry=[hole, plain], crs=4326), about={}))
    frame, _ = read_packed(file)
    assert [one.equals(two) for one, two in zip(frame.geometry, [hole, plain], strict=True)] == [
        True,
        True,
    ]


@given(
    st.lists(
        st.tuples(st.integers(-180_000_000, 180_000_000), st.integers(-90_000_000, 90_000_000)),
        min_size=1,
        max_size=30,
    )
)
def test_points_come_back_to_the_unit(
    tmp_path_factory: pytest.TempPathFactory, units: list[tuple[int, int]]
) -> None:
    file = tmp_path_factory.mktemp("packed") / "points.npz"
    points = shapely.points(np.array(units) / 1e6)
    file.write_bytes(packed_bytes(gpd.GeoDataFrame(geometry=points, crs=4326), about={}))
    frame, _ = read_packed(file)
    back = np.rint(shapely.get_coordinates(frame.geometry.values) * 1e6).astype(int)
    assert back.tolist() == [list(unit) for unit in units]


def test_the_same_frame_makes_the_same_bytes() -> None:
    assert packed_bytes(LINES, about={"a": 1}) == packed_bytes(LINES.copy(), about={"a": 1})


@pytest.mark.parametrize("keep", [0.0, 0.01, 0.5, 0.99])
def test_a_file_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    whole = packed_bytes(LINES, about={})
    file = tmp_path / "lines.npz"
    file.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(PackedFileError, match=r"lines\.npz cannot be read"):
        read_packed(file)


def test_a_byte_changed_anywhere_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = packed_bytes(LINES, about={})
    truth, _ = read_packed(_written(tmp_path, whole))
    for at in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[at] ^= 0x55
        try:
            frame, _ = read_packed(_written(tmp_path, bytes(damaged)))
        except PackedFileError:
            continue
        assert frame.equals(truth)


def test_another_format_and_mixed_geometries_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackedFileError, match="format 9"):
        read_packed(_written(tmp_path, packed_bytes(LINES, about={"format": 9})))
    with pytest.raises(PackedFileError, match="missing.npz cannot be read"):
        read_packed(tmp_path / "missing.npz")
    mixed = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0), LINES.geometry.iloc[0]], crs=4326)
    with pytest.raises(PackedFileError, match="Only points"):
        packed_bytes(mixed, about={})


def _written(folder: Path, content: bytes) -> Path:
    file = folder / "lines.npz"
    file.write_bytes(content)
    return file
