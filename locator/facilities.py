"""Hold the facilities of a city: one frame, one schema for all layers.

The properties of a feature in ``<layer>.geojson`` are the columns below; every one is optional
in the file unless marked, and present (possibly null) in the frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from locator.catalogue import PRECISIONS, STATUSES

STATUS_BASES = ("confirmed", "last_known")
"""``last_known``: open by an older list, not seen in the newer one, not known to be closed."""

ACCESS = ("yes", "permissive", "customers", "permit", "private", "no")
"""Who may take an AED, as OpenStreetMap's ``access`` says it."""


@dataclass(frozen=True)
class Field:
    """One property of a facility.

    Attributes
    ----------
    name : str
        Property in the GeoJSON file and column of the frame.
    kind : str
        ``text``, ``integer``, ``boolean``, ``date`` (ISO 8601, may be reduced to a month or
        year), ``choice`` or ``object``.
    required : bool
        Must be there and not null.
    choices : tuple of str
        Accepted values of a ``choice``.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


FIELDS: tuple[Field, ...] = (
    Field("id", required=True),  # unique in the whole folder, URL-safe: "nurseries-014"
    Field("name", required=True),  # as the operator writes it (Polish)
    Field("kind"),  # finer kind inside the layer, free text in Polish ("klub samopomocy")
    Field("centre"),  # several sites of one facility share this id; counted once
    Field("operator"),
    Field("public", "boolean"),  # run by the city or commissioned by it
    Field("street"),  # with its prefix as published: "ul. Wielicka", "os. Zielone"
    Field("housenumber"),
    Field("postcode"),
    Field("district", "integer"),  # as published; the frame fills it from the point where null
    Field("place_note"),  # where exactly: "parter, przy recepcji"
    Field("phone"),  # "+48 12 644 23 95"; several separated by "; "
    Field("email"),
    Field("website"),
    Field("opening_hours"),  # OSM opening_hours grammar
    Field("hours_text"),  # as written at the source, when it is not in the grammar
    Field("places", "integer"),
    Field("places_basis", "choice", choices=("stated", "approximate")),
    Field("status", "choice", True, STATUSES),
    Field("status_basis", "choice", True, STATUS_BASES),
    Field("status_note"),
    Field("opened", "date"),
    Field("expected_opening", "date"),
    Field("is_new", "boolean"),  # of the last two years, or of the programme under way
    Field("access", "choice", choices=ACCESS),
    Field("indoor", "boolean"),
    Field("level"),
    Field("wheelchair", "choice", choices=("yes", "limited", "no")),
    Field("vehicle", "object"),  # moving facilities: see locator.vehicles
    Field("note"),
    Field("source", required=True),
    Field("source_date", "date"),
    Field("licence", required=True),
    Field("verified_on", "date"),
    Field("location_precision", "choice", choices=PRECISIONS),
    Field("location_source"),
)
"""The schema. In the frame there are also ``layer``, ``address`` (street and number joined),
``x``, ``y`` (metres, NaN where not located) and ``geometry`` (WGS84 point or None)."""
