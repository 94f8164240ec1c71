"""Write files of places with GDAL, in a program of its own that ends when it is done.

GDAL and what comes with it stay in a process for good, some 35 MB, for one file now and then. The
program imports nothing of ours. Only where none can be started is the file written in the process
that asks.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import geopandas as gpd

    Layers = Sequence[tuple[gpd.GeoDataFrame, Mapping[str, Any]]]


def geofile(name: str, layers: Layers) -> bytes:
    """Return the file that GDAL makes of some layers.

    Parameters
    ----------
    name : str
        Of the file; some formats keep it.
    layers : sequence of (GeoDataFrame, options)
        Written one after another, each as `GeoDataFrame.to_file` takes the options.

    Returns
    -------
    bytes

    Raises
    ------
    RuntimeError
        GDAL refuses a layer, or its program was ended.
    """
    from locator.base.own_program import done_apart

    asked = pickle.dumps((name, [(layer, dict(options)) for layer, options in layers]))
    made = done_apart(Path(__file__), asked, what="GDAL")
    return _written(asked) if made is None else made


def _written(asked: bytes) -> bytes:
    name, layers = cast("tuple[str, Layers]", pickle.loads(asked))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        for layer, options in layers:
            layer.to_file(path, **options)
        return path.read_bytes()


if __name__ == "__main__":
    sys.stdout.buffer.write(_written(sys.stdin.buffer.read()))
