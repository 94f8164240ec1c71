"""Find a place by what a person types: address, street, stop, district, facility, lat/lon."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One answer of the gazetteer.

    Attributes
    ----------
    label : str
        How to show it: ``"Rynek Główny 1"``, ``"Teatr Bagatela (stop)"``.
    kind : str
        ``address``, ``street``, ``stop``, ``district``, ``facility`` or ``coordinate``.
    lon, lat : float
        WGS84.
    precision : str
        ``exact``, ``street`` or ``area``.
    score : float
        0 to 100, 100 is a perfect match.
    note : str or None
        Message template (English, see `locator.errors.N_`) when the answer is not quite what was
        asked, e.g. "number {asked} is not on file; {used} is the nearest on this street".
    note_values : dict
        Values of the template.
    facility_id : str or None
        Set when `kind` is ``facility``.
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
