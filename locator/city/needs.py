"""Find what a person needs, by the words of a city folder, and where that leads.

``needs.toml`` holds phrases in every language and what they lead to: layers, kinds of facility,
single facilities, ways of walking and helplines, all of which the other files have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import pandas as pd
from pydantic import AfterValidator, Field

from locator.base.reading import FaultLog
from locator.base.toml import declared, read_tables
from locator.city.catalogue import Layer
from locator.city.field_types import Name, Text, Word, Words
from locator.city.helplines import Helpline
from locator.geocoding.names import fold
from locator.geocoding.phrases import EMPTY_WORDS, Phrase, fitting, phrase_of
from locator.geocoding.place import Place

FILE = "needs.toml"

MOST = 3
"""So many needs at most are offered for the same words."""

STARTS = frozenset(("address", "street", "stop", "district", "quarter", "coordinate"))
"""Kinds of place whose very name means the place; a facility's name may say a need, too."""

Way = Literal["pram", "wheelchair"]


@dataclass(frozen=True)
class Need:
    """Something that people need, and where that leads.

    Attributes
    ----------
    id : str
    names : Text
        What is needed, after "Services for".
    phrases : tuple of Phrase
        Of all languages: who writes Polish words on an English page is understood.
    layers, kinds, facilities, helplines : tuple of str
        Ids, and kinds as the features say them; in the order in which they are shown.
    profiles : tuple of str
        Ways of walking.
    places : tuple of (str, str)
        The kinds with the layer that each stands in.
    """

    id: str
    names: Text
    phrases: tuple[Phrase, ...]
    layers: tuple[str, ...]
    kinds: tuple[str, ...]
    facilities: tuple[str, ...]
    profiles: tuple[Way, ...]
    helplines: tuple[str, ...]
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FoundNeed:
    """A need that some words say, and the words that say nothing of it.

    Attributes
    ----------
    need : Need
    rest : str
        As typed; it may be where the person is ("żłobek przy Karmelickiej").
    """

    need: Need
    rest: str


def read_needs(
    folder: Path,
    log: FaultLog,
    *,
    layers: Mapping[str, Layer],
    facilities: pd.DataFrame,
    helplines: Iterable[Helpline],
) -> tuple[Need, ...]:
    """Return the needs in the order of the file; faults go to `log`.

    A folder without the file has none: the search finds places only.
    """
    said = zip(facilities["layer"], facilities["kind"], strict=True)
    # What is no text has its fault already.
    places = tuple(dict.fromkeys(place for place in said if isinstance(place[1], str)))
    allowed = {
        "layers": tuple(layers),
        "kinds": tuple(dict.fromkeys(kind for _, kind in places)),
        "facilities": tuple(facilities.index),
        "profiles": get_args(Way),
        "helplines": tuple(line.id for line in helplines),
    }
    tables = read_tables(_Table, folder, log)
    for table in tables:
        _check(table, allowed, log)
    return tuple(_need(table, places) for table in tables)


def _with_letters(text: str) -> str:
    if not phrase_of(text).words:
        raise ValueError("no letters")
    return text


_PhraseList = Annotated[
    tuple[
        Annotated[Word, AfterValidator(_with_letters), Field(description="phrases with letters")],
        ...,
    ],
    Field(min_length=1, description="a list of texts", examples=[["a"]]),
]


@declared
@dataclass(frozen=True)
class _Phrases:
    pl: _PhraseList
    en: _PhraseList
    uk: _PhraseList


@declared
@dataclass(frozen=True)
class _Table:
    """What the file says of a need."""

    id: Name
    names: Text
    phrases: _Phrases
    layers: Words = ()
    kinds: Words = ()
    facilities: Words = ()
    profiles: Words = ()
    helplines: Words = ()


def _check(table: _Table, allowed: Mapping[str, Collection[str]], log: FaultLog) -> None:
    """Note a need that leads nowhere, or to what the folder does not have."""
    if not any(getattr(table, key) or log.noted(table.id, key) for key in allowed):
        log.add(table.id, "layers", "is missing, and so are the others", " or ".join(allowed))
    for key, known in allowed.items():
        shown = ", ".join(known) if key != "facilities" else "the id of a facility"
        for name in getattr(table, key):
            if name not in known and not log.noted(table.id, key):
                log.add(table.id, key, f"names {name!r}", shown)


def _need(table: _Table, places: Iterable[tuple[str, str]]) -> Need:
    said = (*table.phrases.pl, *table.phrases.en, *table.phrases.uk)
    return Need(
        id=table.id,
        names=table.names,
        phrases=tuple(map(phrase_of, said)),
        layers=table.layers,
        kinds=table.kinds,
        facilities=table.facilities,
        profiles=cast(tuple[Way, ...], table.profiles),
        helplines=table.helplines,
        places=tuple(place for kind in table.kinds for place in places if place[1] == kind),
    )


def offered_needs(
    needs: Iterable[Need], query: str, places: Sequence[Place]
) -> tuple[FoundNeed, ...]:
    """Return the needs to offer beside the `places` that the gazetteer found for `query`.

    None is offered where the words are wholly the name of a place to start from: "Długa" is a
    street, whatever it may mean to somebody in debt.

    Parameters
    ----------
    needs : iterable of Need
    query : str
        As typed.
    places : sequence of Place
        The likeliest first.

    Returns
    -------
    tuple of FoundNeed
    """
    best = places[0] if places else None
    if best is not None and best.sure and best.match == "whole" and best.kind in STARTS:
        return ()
    return find_needs(needs, query)


def find_needs(needs: Iterable[Need], query: str) -> tuple[FoundNeed, ...]:
    """Return the needs that `query` says, those that more of its words say first.

    What is said by some of the words of another need alone is left out: "pomoc psychologiczna" is
    not "pomoc". A need whose words are all among those that say nothing is not found.

    Parameters
    ----------
    needs : iterable of Need
    query : str
        As somebody typed it, in any language of the city folder.

    Returns
    -------
    tuple of FoundNeed
        At most `MOST`; empty where nothing is meant.
    """
    written = re.findall(r"\S+", query)
    typed = [fold(word) for word in written]
    # A word that folding takes apart ("step-free", "mother's") is looked for in its parts.
    parts = [(i, part) for i, word in enumerate(typed) for part in word.split()]
    words = [part for _, part in parts]
    fits: list[tuple[Need, frozenset[int]]] = []
    for need in needs:
        found = [places for phrase in need.phrases if (places := fitting(phrase, words))]
        if found:
            fits.append((need, max(found, key=lambda places: _weight(places, words))))
    kept = [
        (need, places) for need, places in fits if not any(places < others for _, others in fits)
    ]
    kept.sort(key=lambda one: -_weight(one[1], words))
    return tuple(
        FoundNeed(need, _rest(written, {parts[i][0] for i in places}, typed))
        for need, places in kept[:MOST]
    )


def _weight(places: frozenset[int], words: list[str]) -> int:
    """Return how much is said: by how many words, and how long they are."""
    return len(places) * 100 + sum(len(words[i]) for i in places)


def _rest(written: list[str], used: set[int], typed: list[str]) -> str:
    """Return the words that say nothing of the need, without empty ones round them."""
    left = [i for i in range(len(written)) if i not in used]
    while left and typed[left[0]] in EMPTY_WORDS | {""}:
        left = left[1:]
    while left and typed[left[-1]] in EMPTY_WORDS | {""}:
        left = left[:-1]
    return " ".join(written[i] for i in left)
