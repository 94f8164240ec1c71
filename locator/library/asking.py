"""Take what a program asks as the API takes it: checked once, by the same rules and words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, TypedDict, TypeVar

import pandas as pd

from locator.api.context import AppState
from locator.api.parsing import Pairs, parse

Q = TypeVar("Q")


class Whose(TypedDict, total=False):
    """Which facilities are looked for; one of which that is not known never is.

    Attributes
    ----------
    ownership : str
        ``"public"``, ``"municipal"`` or ``"private"``.
    kind, operator : str or sequence of str
        As the data say them.
    step_free : bool
        Only those known to be entered without steps.
    """

    ownership: Literal["public", "municipal", "private"] | None
    kind: str | Sequence[str]
    operator: str | Sequence[str]
    step_free: bool


class Which(Whose, total=False):
    """Which facilities count.

    Attributes
    ----------
    open_at : datetime or str
        Only those known to be open at this moment.
    """

    open_at: datetime | str | None


class Building(Which, total=False):
    """What more may be asked of new sites: see ``/api/sites`` in the API's own document.

    Attributes
    ----------
    method : str
        ``"quick"``, ``"greedy"`` or ``"exact"``.
    group : str
        Id of an age group; the layer's by default.
    pace : float
        Walking speed, m/s.
    capacity : int
        People that one site takes.
    target_percent : float
        Share of the group to reach, with ``objective="target_share"``.
    budget, price : float
        Money, and what a site costs, with ``objective="budget"``.
    price_in : str or sequence of str
        ``"district:price"`` where it is something else.
    demand_percent : float
        So many of 100 people want a place, with ``objective="places"``.
    unit : str
        Only sites in this neighbourhood unit.
    avoid : int or sequence of int
        Districts without sites.
    """

    method: Literal["quick", "greedy", "exact"]
    group: str | None
    pace: float | None
    capacity: int | None
    target_percent: float | None
    budget: float | None
    price: float | None
    price_in: str | Sequence[str]
    demand_percent: float
    unit: str | None
    avoid: int | Sequence[int]


def question(state: AppState, kind: type[Q], /, **given: Any) -> Q:
    """Return the question that is asked.

    Parameters
    ----------
    state : AppState
    kind : type
        One of `locator.api.queries` and its like.
    **given : object
        Its parameters by their names there; None is not given.

    Returns
    -------
    kind

    Raises
    ------
    InvalidParameterError, NotFoundError
        As for `locator.api.parsing.parse`; `faults` has all that is wrong.
    """
    said = {name: _said(value) for name, value in given.items()}
    return parse(kind, Pairs.given(**said), strict=True, names=state.names)


def _said(value: Any) -> Any:
    """Return a value as a query string says it; of several a tuple."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, datetime)):  # a Timestamp is one
        return value.isoformat()
    if isinstance(value, (pd.Index, pd.Series, Sequence)) and not isinstance(value, str):
        return tuple(map(_said, value))
    return value
