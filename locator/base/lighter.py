"""Leave out of imported libraries what a server and a quick command never use."""

from __future__ import annotations

import sys
from importlib import import_module

TOOLS = ("f2py", "testing")
"""Parts of numpy that wrap Fortran, and that tests are written with."""


def import_lightly() -> None:
    """Import pandas and scipy so; before anything else imports them."""
    pandas_without_pyarrow()
    scipy_without_tools()


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


def scipy_without_tools() -> None:
    """Import scipy without numpy's tools for those who build and test: 0.1 s less.

    scipy takes over every name that numpy has, and so has numpy load what it loads only for those
    who ask for it. Whoever does gets it, as before.
    """
    import numpy

    if "scipy.sparse" in sys.modules:
        return
    spared = [name for name in TOOLS if name not in vars(numpy)]
    for name in spared:
        setattr(numpy, name, None)
    try:
        import_module("scipy.sparse")
    finally:
        for name in spared:
            delattr(numpy, name)
