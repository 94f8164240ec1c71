"""Where things lie: what comes with the program, what it may make again, what it has to keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_OURS = "service-locator"


def bundled(name: str) -> Path:
    """Return a folder that the repository has at its top level and a wheel inside the package.

    Parameters
    ----------
    name : str
        ``geodata`` or ``templates``.

    Returns
    -------
    Path
        Whether it is there or not.
    """
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def belongs_to_installation(folder: Path) -> bool:
    """Tell whether a folder lies in the installed package, all of which an update replaces.

    Parameters
    ----------
    folder : Path
        It need not be there.

    Returns
    -------
    bool
    """
    return folder.resolve().is_relative_to(_PACKAGE)


def cache_folder() -> Path:
    """Return where graphs and tiles are kept that cannot be kept in the city folder.

    Returns
    -------
    Path
        Of ``LOCATOR_CACHE``, or the usual one of the operating system; need not be there.

    Raises
    ------
    RuntimeError
        The user has no home.
    """
    named = os.environ.get("LOCATOR_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / _OURS


def data_folder() -> Path:
    """Return where the operating system has what a program keeps for its user.

    Returns
    -------
    Path
        Need not be there.

    Raises
    ------
    RuntimeError
        The user has no home.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / _OURS
