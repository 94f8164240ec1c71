"""Leave out of imported libraries what a server and a quick command never use."""

from __future__ import annotations

import sys
from importlib import import_module


def pandas_without_pyarrow() -> None:
    """Import pandas as where pyarrow is not installed: text as Python's own, 50 MB less.

    pandas takes pyarrow wherever it finds it. Only the table of a country is written in its format;
    whoever reads one imports it then, as before.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # so Python marks what is not there
    try:
        import_module("pandas")
    finally:
        del sys.modules["pyarrow"]
