"""Describe the open data of a city in DCAT-AP, as catalogues such as dane.gov.pl harvest it.

The description is one JSON-LD document; `locator.api.turtle` writes the same as Turtle. Only what
the city folder says is said: a licence has an address where its name is one of SPDX, else its words
stand as a statement of rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from locator.base.geojson import DEGREE_DIGITS
from locator.city.field_types import Text
from locator.city.model import City

EU = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"

CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

LICENCES = {
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}
SHARE_ALIKE = ("ODbL-1.0", "CC-BY-SA-4.0")
"""What is made of these and others is under these."""

COUNTRIES = {"PL": "POL", "UA": "UKR", "CZ": "CZE", "SK": "SVK", "DE": "DEU", "LI": "LIE"}
"""Codes of the EU's list of countries, where they are known here."""

FORMATS = {
    "geojson": ("GEOJSON", "application/geo+json"),
    "gpkg": ("GPKG", "application/geopackage+sqlite3"),
    "fgb": (None, None),  # neither the EU's list nor IANA knows FlatGeobuf
    "csv": ("CSV", "text/csv"),
    "json": ("JSON", "application/json"),
}
"""Of each form its name in the EU's list of file types, and its media type."""

Node = Mapping[str, Any]

DISTRICTS: Text = {"pl": "Dzielnice", "en": "Districts", "uk": "Райони"}
UNITS: Text = {
    "pl": "Jednostki urbanistyczne",
    "en": "Neighbourhood units",
    "uk": "Містобудівні одиниці",
}
COVERAGE: Text = {
    "pl": "Dostępność usług pieszo według dzielnic",
    "en": "Reach of services on foot by district",
    "uk": "Пішохідна доступність послуг за районами",
}
AREAS_TOLD: Text = {
    "pl": "Granice obszarów i ich nazwy.",
    "en": "Boundaries of the areas, and their names.",
    "uk": "Межі територій та їхні назви.",
}
COVERAGE_TOLD: Text = {
    "pl": "Ilu mieszkańców dojdzie do każdej z usług w czasie uznanym za wystarczający, wraz z "
    "przedziałem niepewności.",
    "en": "How many residents reach each service within its standard on foot, with the range of "
    "each share.",
    "uk": "Скільки мешканців дійдуть до кожної послуги за час, визнаний достатнім, разом із "
    "діапазоном невизначеності.",
}
TITLE: Text = {
    "pl": "{city}: usługi miejskie w pobliżu",
    "en": "{city}: services nearby",
    "uk": "{city}: міські послуги поруч",
}
ABOUT: Text = {
    "pl": "Placówki usług społecznych, defibrylatory, granice dzielnic i dostępność piesza.",
    "en": "Social services, defibrillators, boundaries of districts, and reach on foot.",
    "uk": "Соціальні послуги, дефібрилятори, межі районів та пішохідна доступність.",
}


@dataclass(frozen=True)
class Publisher:
    """Who publishes; what is not known is None.

    Attributes
    ----------
    name, email, phone : str or None
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class _Dataset:
    """One data set before it is described: `files` maps a form to its path."""

    id: str
    title: Text
    told: Text
    themes: tuple[str, ...]
    files: Mapping[str, str]
    collection: str
    page: str
    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


def catalogue_document(city: City, *, site: str, publisher: Publisher) -> dict[str, Any]:
    """Return the catalogue of a city's open data as JSON-LD.

    Parameters
    ----------
    city : City
    site : str
        Address of the site, without a slash at its end.
    publisher : Publisher
        Without a name the city's own is said.

    Returns
    -------
    dict
        The catalogue with its data sets, distributions and services inside it.
    """
    sets = [_described(city, one, site, publisher) for one in _datasets(city)]
    return {
        "@context": CONTEXT,
        "@id": f"{site}/catalog",
        "@type": "dcat:Catalog",
        "dct:title": _said(_of_city(TITLE, city)),
        "dct:description": _said(ABOUT),
        "dct:publisher": _agent(city, publisher, site),
        "dct:language": [_uri(f"{EU}/language/{code}") for code in ("POL", "ENG", "UKR")],
        "dct:modified": _date(city.catalogue.data_date),
        "dct:spatial": _place(city),
        "foaf:homepage": _uri(f"{site}/"),
        "dcat:themeTaxonomy": _uri(f"{EU}/data-theme"),
        "dcat:dataset": sets,
        "dcat:service": list(_services(city, site, sets)),
    }


def _datasets(city: City) -> Iterator[_Dataset]:
    for layer in city.catalogue.layers.values():
        rows = city.facilities[city.facilities["layer"] == layer.id]
        files = {kind: f"/download/{layer.id}.{kind}" for kind in ("geojson", "gpkg", "fgb")}
        yield _Dataset(
            id=layer.id,
            title=layer.names,
            told=layer.descriptions,
            themes=layer.themes,
            files=files,
            collection=layer.id,
            page=f"/layers/{layer.id}",
            licences=_texts(rows["licence"]),
            sources=_texts(rows["source"]),
            dates=_texts(rows["source_date"]),
        )
    areas = {"districts": DISTRICTS} | ({"units": UNITS} if len(city.units) else {})
    for name, title in areas.items():
        files = {kind: f"/download/{name}.{kind}" for kind in ("geojson", "gpkg", "fgb")}
        yield _Dataset(name, title, AREAS_TOLD, ("REGI",), files, name, "/data")
    files = {"csv": "/api/v1/compare.csv", "json": "/api/v1/compare"}
    themes = ("SOCI", "REGI")
    yield _Dataset("coverage", COVERAGE, COVERAGE_TOLD, themes, files, "coverage", "/compare")


def _described(city: City, one: _Dataset, site: str, publisher: Publisher) -> dict[str, Any]:
    dates = sorted(one.dates) or [city.catalogue.data_date]
    contact = _contact(publisher)
    return {
        "@id": f"{site}/catalog/{one.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{city.catalogue.id}-{one.id}",
        "dct:title": _said(one.title),
        "dct:description": _said(one.told),
        "dct:publisher": _agent(city, publisher, site),
        **({"dcat:contactPoint": contact} if contact else {}),
        "dcat:theme": [_uri(f"{EU}/data-theme/{code}") for code in one.themes],
        "dcat:keyword": _said(one.title),
        "dcat:landingPage": _uri(site + one.page),
        "dct:accessRights": _uri(f"{EU}/access-right/PUBLIC"),
        "dct:accrualPeriodicity": _uri(f"{EU}/frequency/IRREG"),
        "dct:modified": _date(dates[-1]),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(dates[0]),
            "dcat:endDate": _date(dates[-1]),
        },
        "dct:spatial": _place(city),
        **({"dct:provenance": _provenance(one.sources)} if one.sources else {}),
        "dcat:distribution": [
            _distribution(one, kind, path, site) for kind, path in one.files.items()
        ],
    }


def _distribution(one: _Dataset, kind: str, path: str, site: str) -> dict[str, Any]:
    file_type, media_type = FORMATS[kind]
    licence, rights = _terms(one.licences)
    return {
        "@id": f"{site}/catalog/{one.id}/{kind}",
        "@type": "dcat:Distribution",
        "dct:title": _said({code: f"{words} ({kind})" for code, words in one.title.items()}),
        "dcat:accessURL": _uri(site + one.page),
        "dcat:downloadURL": _uri(site + path),
        **({"dct:format": _uri(f"{EU}/file-type/{file_type}")} if file_type else {}),
        **({"dcat:mediaType": _uri(f"{IANA}/{media_type}")} if media_type else {}),
        **({"dct:license": _uri(licence)} if licence else {}),
        **({"dct:rights": rights} if rights else {}),
        "adms:status": _uri(f"{EU}/distribution-status/COMPLETED"),
        "dcatap:availability": _uri(f"{EU}/planned-availability/STABLE"),
    }


def _terms(licences: tuple[str, ...]) -> tuple[str | None, list[Node]]:
    """Return the licence of what comes under several, and what else has to be said."""
    known = [name for name in licences if name in LICENCES]
    whole = next((name for name in SHARE_ALIKE if name in known), None)
    if whole is None and len(licences) == 1 and known:
        whole = known[0]
    rest = [words for words in licences if words != whole]
    said: list[Node] = [
        {"@type": "dct:RightsStatement", "rdfs:label": LICENCES.get(words, words)} for words in rest
    ]
    return (LICENCES[whole] if whole else None), said


def _services(city: City, site: str, sets: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    told = {
        "ogc": ("OGC API - Features", "/ogc", "/ogc/api"),
        "api": ("API", "/api/v1", "/api/v1/openapi.json"),
    }
    for id_, (title, path, description) in told.items():
        yield {
            "@id": f"{site}/catalog/service/{id_}",
            "@type": "dcat:DataService",
            "dct:title": _said(
                {c: f"{words}: {title}" for c, words in city.catalogue.names.items()}
            ),
            "dcat:endpointURL": _uri(site + path),
            "dcat:endpointDescription": _uri(site + description),
            "dcat:servesDataset": [_uri(one["@id"]) for one in sets],
        }


def _agent(city: City, publisher: Publisher, site: str) -> Node:
    name = publisher.name or city.catalogue.names["pl"]
    return {"@id": f"{site}/#publisher", "@type": "foaf:Organization", "foaf:name": name}


def _contact(publisher: Publisher) -> Node | None:
    known = {
        "vcard:fn": publisher.name,
        "vcard:hasEmail": publisher.email and _uri(f"mailto:{publisher.email}"),
        "vcard:hasTelephone": publisher.phone
        and _uri("tel:" + "".join(c for c in publisher.phone if c in "+0123456789")),
    }
    told = {key: value for key, value in known.items() if value}
    return {"@type": "vcard:Organization", **told} if told else None


def _place(city: City) -> list[Node]:
    west, south, east, north = (round(value, DEGREE_DIGITS) for value in city.boundary.bounds)
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    corners = ", ".join(f"{lon} {lat}" for lon, lat in ring)
    box = {"@value": f"POLYGON(({corners}))", "@type": "geo:wktLiteral"}
    country = COUNTRIES.get(city.catalogue.country)
    place: Node = {"@type": "dct:Location", "dcat:bbox": box}
    return [place, *([_uri(f"{EU}/country/{country}")] if country else [])]


def _provenance(sources: tuple[str, ...]) -> Node:
    return {"@type": "dct:ProvenanceStatement", "rdfs:label": "; ".join(sources)}


def _texts(column: pd.Series) -> tuple[str, ...]:
    return tuple(sorted({str(value) for value in column.dropna()}))


def _of_city(words: Text, city: City) -> Text:
    return {code: said.format(city=city.catalogue.names[code]) for code, said in words.items()}


def _said(words: Text) -> list[Node]:
    return [{"@value": said, "@language": code} for code, said in words.items()]


def _uri(address: str) -> Node:
    return {"@id": address}


def _date(value: str) -> Node:
    kind = {4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(value), "xsd:date")
    return {"@value": value, "@type": kind}
