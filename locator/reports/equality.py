"""Put into tables how unequal the walks of a coverage are, with one plain sentence a measure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from locator.analysis.access.equity import EquityRanges
from locator.analysis.access.words import between
from locator.base.errors import N_
from locator.base.i18n import gettext, number, text
from locator.city.catalogue import Catalogue
from locator.reports.document import Column, Section, Table

MEASURES = {
    "mean_s": (N_("Mean walk (min)"), N_("The mean of all who can walk there.")),
    "p90_s": (N_("90% walk at most (min)"), N_("One in ten walks longer, or cannot walk there.")),
    "gini": (
        N_("Gini coefficient"),
        N_("0 would mean that everyone walks equally long, 1 that a few do all the walking."),
    ),
    "palma": (
        N_("Palma ratio"),
        N_(
            "How many times what the four tenths with the shortest walks walk together the tenth "
            "with the longest does; 0.25 if all walked equally long."
        ),
    ),
    "theil": (
        N_("Theil index"),
        N_("0 if all walked equally long; long walks of a few weigh more than in the Gini."),
    ),
    "concentration": (
        N_("Concentration index"),
        N_(
            "Below 0: those who live where few others do walk longer; above 0: those who live "
            "where many do; 0: neither."
        ),
    ),
}
"""Measure -> its name, and what it says."""


def equality_section(catalogue: Catalogue, found: EquityRanges) -> Section:
    """Return how unequal the walks are, every group of people, and every pace.

    Parameters
    ----------
    catalogue : Catalogue
    found : EquityRanges

    Returns
    -------
    Section
    """
    return Section(
        gettext("Who walks how far"),
        paragraphs=(
            gettext(
                "None of these measures says whether walks are long: all may walk equally far, "
                "and far. They are of the walk to the nearest place on the map."
            ),
        ),
        tables=(
            _measures(found.measures),
            _shares(
                "groups",
                gettext("Within reach at the same standard and pace, by group of people"),
                Column("label", gettext("Group of people")),
                [text(catalogue.groups[str(group)].names) for group in found.groups.index],
                found.groups,
            ),
            _shares(
                "paces",
                gettext("Within reach at other paces"),
                Column("label", gettext("Walking pace")),
                [
                    gettext("{pace} m/s", pace=number(float(str(pace_m_s)), 1))
                    for pace_m_s in found.paces.index
                ],
                found.paces,
            ),
        ),
        name="equality",
    )


def _measures(measures: pd.DataFrame) -> Table:
    rows = [
        {
            "name": gettext(name),
            "value": _number(key, measures.at[key, "value"]),
            "range": _range(key, measures.at[key, "low"], measures.at[key, "high"]),
            "said": gettext(said),
        }
        for key, (name, said) in MEASURES.items()
    ]
    columns = (
        Column("name", gettext("Measure")),
        Column("value", gettext("Value")),
        Column("range", gettext("Range")),
        Column("said", gettext("What it says")),
    )
    return Table("measures", gettext("How equal the walks are"), columns, pd.DataFrame(rows))


def _number(key: str, value: object) -> str:
    amount = float(str(value))
    if np.isnan(amount):
        return "–"
    return number(amount / 60, 1) if key.endswith("_s") else number(amount, 2)


def _range(key: str, lowest: object, highest: object) -> str:
    low, high = _number(key, lowest), _number(key, highest)
    return low if low == high else gettext("{low} to {high}", low=low, high=high)


def _shares(name: str, title: str, head: Column, labels: list[str], rows: pd.DataFrame) -> Table:
    said = [
        "–" if np.isnan(low) else between(low, high)
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    columns = (
        head,
        Column("share", gettext("Within reach"), "share", has_bar=True),
        Column("range", gettext("Range")),
        Column("people", gettext("People"), "people"),
        Column("mean_s", gettext("Mean walk (min)"), "minutes"),
    )
    table = rows.assign(label=labels, range=said).reset_index(drop=True)
    return Table(name, title, columns, table, head="label")
