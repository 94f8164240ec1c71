"""Hold what the gazetteer answers with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One answer of the gazetteer.

    Attributes
    ----------
    label : str
        How to show it: ``"Rynek Główny 1"``, ``"Teatr Bagatela"``.
    kind : str
        ``address``, ``street``, ``stop``, ``district``, ``quarter``, ``landmark``, ``facility`` or
        ``coordinate``.
    lon, lat : float
        WGS84.
    precision : str
        ``exact``, ``street`` or ``area``.
    score : float
        0 to 100, 100 is a perfect match.
    note : str or None
        Message template (English, see `locator.base.errors.N_`) when the answer is not quite what
        was
        asked, e.g. "Number {asked} is not on file; {used} is the nearest on this street."
    note_values : tuple of (str, str)
        Values of the template.
    facility_id : str or None
        Set when `kind` is ``facility``.
    basis : str or None
        What the point was taken from: ``address`` (known with street and number), ``facility`` (a
        facility at that address), ``house number`` (the number is known, its street by a rule),
        ``neighbour`` (another number of the street), ``possible`` (a number that may belong to
        another street), ``street``, ``stop``, ``district``, ``quarter``, ``landmark``,
        ``coordinate``.
    match : str
        How the name agrees with what was typed: ``whole``, ``part`` ("Dietla" for "Józefa
        Dietla") or ``like`` (another name that looks like it).
    sure : bool
        Whether this may be taken without asking: the name is the one that was typed, and the
        number is on file, or lies between near numbers of the same street.
    """

    label: str
    kind: str
    lon: float
    lat: float
    precision: str
    score: float
    note: str | None = None
    note_values: tuple[tuple[str, str], ...] = ()
    facility_id: str | None = None
    basis: str | None = None
    match: str = "whole"
    sure: bool = True
