"""Read a CSV table of measurements: columns of numbers, each one in its range."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import FloatArray


def read_measured(
    path: Path, columns: Sequence[str], *, texts: Sequence[str] = (), parameter: str = "csv"
) -> pd.DataFrame:
    """Return some columns of a CSV file, which may be gzipped; other columns are ignored.

    Parameters
    ----------
    path : Path
        UTF-8, with a header.
    columns : sequence of str
        Number columns: degrees where the name ends in ``lon`` or ``lat``, else 0 or more.
    texts : sequence of str
        Text columns.
    parameter : str
        What the faults are about.

    Returns
    -------
    DataFrame
        The `columns` as floats, then `texts` as text; index 0, 1, 2…

    Raises
    ------
    InvalidParameterError
        Naming the file and the first thing that is wrong with it.
    """
    try:
        table = pd.read_csv(path, encoding="utf-8", dtype=str, keep_default_na=False)
    except OSError as error:
        raise _fault(
            N_("{file} cannot be read: {reason}."),
            path,
            parameter,
            reason=error.strerror or str(error),
        ) from error
    except (ValueError, EOFError, zlib.error) as error:  # not text, not a table, empty, cut short
        raise _fault(N_("{file} is not a CSV table in UTF-8."), path, parameter) from error
    needed = [*texts, *columns]
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise _fault(
            N_("{file} lacks the columns {missing}; it needs {needed}."),
            path,
            parameter,
            missing=", ".join(missing),
            needed=", ".join(needed),
        )
    if table.empty:
        raise _fault(N_("{file} has no rows."), path, parameter)
    numbers = {name: pd.to_numeric(table[name], errors="coerce").astype(float) for name in columns}
    for column, values in numbers.items():
        _check_range(path, parameter, column, np.asarray(values, dtype=np.float64), table[column])
    return pd.DataFrame({name: table[name] for name in texts} | numbers)


def _check_range(
    path: Path, parameter: str, column: str, values: FloatArray, said: pd.Series
) -> None:
    """Raise for the first value that is not a number in its range."""
    limit = {"lon": 180.0, "lat": 90.0}.get(column[-3:])
    accepted = np.isfinite(values)
    accepted &= values >= 0 if limit is None else np.abs(values) <= limit
    if not accepted.all():
        row = int(np.argmin(accepted))
        raise _fault(
            N_("{file}, line {line}: {column} is '{value}', not a number in its range."),
            path,
            parameter,
            line=row + 2,
            column=column,
            value=said.iloc[row],
        )


def _fault(template: str, path: Path, parameter: str, **values: Any) -> InvalidParameterError:
    return InvalidParameterError(template, parameter=parameter, file=path.name, **values)
