"""Write tables as CSV that every reader can take."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV (RFC 4180) with a header; what is not known is left empty.

    Parameters
    ----------
    columns : sequence of str
        The header.
    rows : iterable of mapping
        By column.

    Returns
    -------
    str
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
