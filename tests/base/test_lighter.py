"""The server goes without what it never uses, and whoever needs it still has it."""

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

TOOLS = """
import sys
from locator.base.lighter import scipy_without_tools
scipy_without_tools()
import locator.web.workers
assert not {"numpy.f2py", "numpy.testing"} & set(sys.modules), "imported"
import numpy, scipy.sparse
numpy.testing.assert_allclose(scipy.sparse.eye_array(2).toarray(), numpy.eye(2))
assert callable(numpy.f2py.run_main)
scipy_without_tools()  # a second time it changes nothing
assert callable(numpy.f2py.run_main)
"""


def run(program: str, *args: str) -> None:
    subprocess.run([sys.executable, "-c", program, *args], check=True, timeout=120)


def test_pandas_is_there_and_pyarrow_is_not() -> None:
    run(PROGRAM)


def test_scipy_is_there_and_numpys_tools_are_when_asked_for() -> None:
    run(TOOLS)


def test_a_table_of_a_country_is_read_and_written_all_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")
    run(PROGRAM + LATER, str(tmp_path / "table.parquet"))
