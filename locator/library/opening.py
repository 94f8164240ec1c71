"""Open a city: the one that comes with the program, a folder, or an OpenStreetMap extract."""

from __future__ import annotations

import hashlib
from datetime import datetime
from os import PathLike
from pathlib import Path
from zoneinfo import ZoneInfo

from locator.api.context import AppState
from locator.base.echo import cut
from locator.base.errors import N_, InvalidParameterError
from locator.base.folders import cache_folder
from locator.base.i18n import LANGUAGE_NAMES
from locator.city.model import default_folder, load_city
from locator.library.city import OpenCity
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable

EXTRACT = ".osm.pbf"

NOTHING_THERE = N_(
    "There is no {source}. Give a city folder, an OpenStreetMap extract (FILE.osm.pbf), or nothing "
    "for the city that comes with the program."
)
NO_CITY = N_(
    "{source} is no city: give a folder, or an OpenStreetMap extract whose name ends in .osm.pbf."
)
NO_LANGUAGE = N_("There is no language {given}. Languages: {known}.")
NO_CACHE = N_("There is nowhere to keep the city of {source}: set LOCATOR_CACHE to a folder.")


def open(  # noqa: A001  (said with its module: locator.open)
    source: str | PathLike[str] | None = None, *, name: str | None = None, language: str = "en"
) -> OpenCity:
    """Return a city, ready to be asked.

    Parameters
    ----------
    source : str or path, optional
        A city folder, or an OpenStreetMap extract (``.osm.pbf``), of which a city is made the
        first time and kept in the program's cache. By default the city that comes with the
        program, or the folder of ``LOCATOR_GEODATA``.
    name : str, optional
        What the city of an extract is called there: its boundary is taken. By default the name of
        the file; without such a boundary the city is all that the extract covers.
    language : str
        ``"en"``, ``"pl"`` or ``"uk"``: what is said in words, such as caveats and popups.

    Returns
    -------
    OpenCity

    Raises
    ------
    InvalidParameterError
        There is nothing of that name, it is no city, or there is no such language.
    CityFolderError
        The folder has faults: all of them are named.
    ExtractError
        Of the extract no city can be made.

    Examples
    --------
    >>> import locator
    >>> city = locator.open(folder)
    >>> city
    <OpenCity tiny: 8 facilities of 3 layers, 2 districts; walks: estimate; data of 2026-11-01>
    """
    if language not in LANGUAGE_NAMES:
        raise InvalidParameterError(
            NO_LANGUAGE,
            parameter="language",
            given=cut(str(language)),
            known=", ".join(LANGUAGE_NAMES),
        )
    folder = default_folder() if source is None else _folder_of(Path(source), name)
    city = load_city(folder)
    ready = walkable(city, choose_model(city))
    started = datetime.now(ZoneInfo(city.catalogue.timezone))
    return OpenCity(AppState(city, ready, started), language)


def _folder_of(source: Path, name: str | None) -> Path:
    if source.is_dir():
        return source
    if not source.exists():
        raise InvalidParameterError(NOTHING_THERE, parameter="source", source=str(source))
    if not source.name.lower().endswith(EXTRACT):
        raise InvalidParameterError(NO_CITY, parameter="source", source=str(source))
    return _founded(source, name or source.name[: -len(EXTRACT)])


def _founded(extract: Path, name: str) -> Path:
    """Return the folder of the city of an extract, made when it is first asked for.

    It is known by the extract's whole content: another one of the same name is another city.
    """
    from locator.curation.newcity import NewCity, found_city

    with extract.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8))
    digest.update(name.encode())
    try:
        folder = cache_folder() / "cities" / digest.hexdigest()
    except RuntimeError:
        raise InvalidParameterError(NO_CACHE, parameter="source", source=str(extract)) from None
    if not folder.is_dir():
        try:
            found_city(NewCity(name, extract, folder))
        except InvalidParameterError:
            if not folder.is_dir():  # else another program has just made the same
                raise
    return folder
