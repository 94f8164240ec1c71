"""Read what a city says that it has changed in some years: ``claims.toml``.

Statements only, each with its source; what of it the facilities bear out is another question
(`locator.analysis.access.claims`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from locator.base.reading import WHOLE, FaultLog
from locator.base.toml import declared, named, read_declared
from locator.city.field_types import Count, Date, Id, Name, Text, Word

FILE = "claims.toml"

Amount = Annotated[float, Field(gt=0, allow_inf_nan=False, description="more than 0")]


@declared
@dataclass(frozen=True)
class Period:
    """The years that the claims are about.

    Attributes
    ----------
    since, until : str
        ISO 8601, may be reduced to a month or year: it begins with the first day of `since`.
    basis : Text
        How that is known, or that it is assumed.
    """

    since: Date
    until: Date
    basis: Text


@declared
@dataclass(frozen=True)
class Claim:
    """A statement on one layer; what it leaves open is None.

    Attributes
    ----------
    id, layer : str
    names, said : Text
        What it is about, and what the city says.
    source, source_date : str
        The date may not be known.
    total : int or None
        How many there are now (`locator.city.catalogue.Layer.expected_where` says which count).
    new, coming : int or None
        Of them opened in the period; on the way.
    places : int or None
        Places that those on the way have in all, as somebody said.
    missing : Text or None
        What the source does not say.
    """

    id: Id
    layer: Word
    names: Text
    said: Text
    source: Word
    source_date: Date | None = None
    total: Count | None = None
    new: Count | None = None
    coming: Count | None = None
    places: Count | None = None
    missing: Text | None = None


@declared
@dataclass(frozen=True)
class Cost:
    """What one facility costs, where a sum was published.

    Attributes
    ----------
    facility : str
        Its id.
    amount : float
    currency : str
        ISO 4217.
    source, source_date : str
    """

    facility: Name
    amount: Amount
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217", examples=["EUR"])]
    source: Word
    source_date: Date


Statements = Annotated[dict[str, Claim], BeforeValidator(named)]
Costs = Annotated[dict[str, Cost], BeforeValidator(named)]


@declared
@dataclass(frozen=True)
class Claims:
    """What a city says that it has changed; without a period it says nothing.

    Attributes
    ----------
    period : Period or None
    claims : mapping of str to Claim
        In the order of the file.
    costs : mapping of str to Cost
        By facility.
    """

    period: Period | None = None
    claims: Statements = field(default_factory=dict)
    costs: Costs = field(default_factory=dict)


def read_claims(
    folder: Path, log: FaultLog, *, layers: Collection[str], facilities: Collection[object]
) -> Claims:
    """Return what ``claims.toml`` of `folder` says; nothing without the file.

    Parameters
    ----------
    folder : Path
    log : FaultLog
        Takes every fault of the file.
    layers, facilities : collection
        Ids that it may name.

    Returns
    -------
    Claims
    """
    found = read_declared(Claims, folder, log, optional=True) or Claims()
    if found.claims and found.period is None and not log.noted(WHOLE, "period"):
        log.add("period", "since", "is missing", "the years that the claims are about")
    for name, claim in found.claims.items():
        if claim.layer not in layers and not log.noted(where := f"claims.{name}", "layer"):
            log.add(where, "layer", f"is {claim.layer!r}", ", ".join(layers))
    for name in found.costs:
        if name not in facilities:
            log.add(f"costs.{name}", "facility", f"is {name!r}", "the id of a facility")
    return found if found.period is not None else replace(found, claims={})
