"""The server goes without pyarrow, and whoever needs it still has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from locator.base.lighter import pandas_without_pyarrow
pandas_without_pyarrow()
import geopandas, pandas as pd, shapely
import locator.web.workers
assert "pyarrow" not in sys.modules, "imported"
names = pd.Series(["Główny", None, "Wawel"])
assert names.str.contains("ó", na=False).tolist() == [True, False, False]
pandas_without_pyarrow()  # a second time it changes nothing
"""

LATER = """
frame = geopandas.GeoDataFrame({"name": names}, geometry=shapely.points([[1, 2]] * 3), crs=4326)
frame.to_parquet(sys.argv[1])
again = geopandas.read_parquet(sys.argv[1])
assert again["name"].fillna("-").tolist() == ["Główny", "-", "Wawel"]
assert again.geometry.x.tolist() == [1, 1, 1]
"""


def run(program: str, *args: str) -> None:
    subprocess.run([sys.executable, "-c", program, *args], check=True, timeout=120)


def test_pandas_is_there_and_pyarrow_is_not() -> None:
    run(PROGRAM)


def test_a_table_of_a_country_is_read_and_written_all_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")
    run(PROGRAM + LATER, str(tmp_path / "table.parquet"))
