"""Say in an answer which facilities count."""

from __future__ import annotations

from locator.analysis.access.counted import FilterCount
from locator.analysis.access.filter_words import filter_said
from locator.api.schemas import FilterAnswer
from locator.city.model import City


def filter_answer(city: City, chosen: FilterCount) -> FilterAnswer | None:
    """Return which facilities were counted, in the language that is spoken; None for all.

    Parameters
    ----------
    city : City
    chosen : FilterCount

    Returns
    -------
    FilterAnswer or None
    """
    which = chosen.which
    if not which:
        return None
    return {
        "ownership": which.ownership,
        "kind": list(which.kinds),
        "operator": list(which.operators),
        "open_at": None if which.open_at is None else which.open_at.isoformat(timespec="minutes"),
        "step_free": which.step_free,
        "words": filter_said(city, which),
        "counted": chosen.counted,
        "undetermined": chosen.undetermined,
        "barred": chosen.barred,
    }


def filter_columns(city: City, chosen: FilterCount) -> dict[str, object]:
    """Return the columns that each row of a table has of a filter; none without one.

    Parameters
    ----------
    city : City
    chosen : FilterCount

    Returns
    -------
    dict of str to object
    """
    if not chosen.which:
        return {}
    return {
        "filter": filter_said(city, chosen.which),
        "counted": chosen.counted,
        "undetermined": chosen.undetermined,
    }
