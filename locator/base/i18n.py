"""Say messages, numbers and dates in the language of the one who asks.

Messages are English msgids with ``{name}`` placeholders; translations are the ``.po`` files of
``locator/translations``, all areas merged when first needed; what was merged is kept among what
can be made again, known by every byte of them, so that there are no compiled files to forget.
Over 350 lines, because messages hold numbers and numbers have their units from messages.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import babel
from babel import Locale, dates, numbers
from babel.support import NullTranslations, Translations

from locator.base.errors import LocatorError
from locator.base.own_files import keep, kept, key_of

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

DEFAULT_LANGUAGE = "pl"
LANGUAGE_NAMES = {"pl": "Polski", "en": "English", "uk": "Українська"}
TRANSLATIONS = Path(__file__).parents[1] / "translations"
NOTHING = "–"
ENGLISH_QUOTES = "“”"
QUOTES = {"pl": "„”", "uk": "«»"}

_spoken: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def current_language() -> str:
    """Return the language that is being spoken; Polish unless somebody chose another.

    Returns
    -------
    str
        ``"pl"``, ``"en"`` or ``"uk"``.
    """
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside the block.

    Parameters
    ----------
    language : str
        ``"pl"``, ``"en"`` or ``"uk"``. Threads that are started inside do not inherit it.
    """
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def prefix(language: str) -> str:
    """Return what stands before the path of a page in `language`.

    Parameters
    ----------
    language : str
        ``"pl"``, ``"en"`` or ``"uk"``.

    Returns
    -------
    str
        Empty for Polish, whose pages stand at the root; else a slash and the language.
    """
    return "" if language == DEFAULT_LANGUAGE else f"/{language}"


# Messages -----------------------------------------------------------------------------------


@cache
def translations(language: str) -> NullTranslations:
    """Return the merged messages of `language` (every area's ``.po`` file).

    Parameters
    ----------
    language : str
        Name of a folder of `TRANSLATIONS`.

    Returns
    -------
    gettext.NullTranslations
        Built once for each language.
    """
    files = sorted((TRANSLATIONS / language).glob("*.po"))
    key = key_of(babel.__version__, *_content(files), packages=["base"])
    merged = kept(f"{language}.messages", key)
    if merged is None:
        merged = _merged(files, language)
        keep(f"{language}.messages", key, merged)
    return Translations(io.BytesIO(merged))


def messages_key() -> bytes:
    """Return what the messages of all languages together are known by.

    Returns
    -------
    bytes
        Another one when a byte of any ``.po`` file is.
    """
    return key_of(*_content(sorted(TRANSLATIONS.glob("*/*.po"))))


def _content(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        yield from (file.name.encode(), file.read_bytes())


def _merged(files: Sequence[Path], language: str) -> bytes:
    """Return the messages of some ``.po`` files as one compiled file."""
    # Here and below: what reads these files is loaded where they have been changed only.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    merged = Catalog(locale=language, fuzzy=False)
    for file in files:
        for message in read_catalogue(file, language):
            if message.id and message.string:
                merged.add(message.id, message.string)
    buffer = io.BytesIO()
    write_mo(buffer, merged)
    return buffer.getvalue()


def read_catalogue(path: Path, language: str) -> Catalog:
    """Return one ``.po`` file; a missing header is fine, a broken line is not.

    Parameters
    ----------
    path : Path
        UTF-8.
    language : str
        Whose plural forms it has.

    Returns
    -------
    babel.messages.Catalog

    Raises
    ------
    babel.messages.pofile.PoFileError
        A line that is no line of such a file.
    """
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8", abort_invalid=True)


def gettext(message: str, /, **values: object) -> str:
    """Return `message` in the current language, its placeholders filled in.

    Parameters
    ----------
    message : str
        English, as the code has it; marked with `locator.base.errors.N_` where it is a constant.
    **values : object
        What its placeholders stand for. Without any, braces stay as they are.

    Returns
    -------
    str
    """
    translated = _translated(_spoken.get(), message)
    return translated.format(**values) if values else translated


@lru_cache(maxsize=16_384)
def _translated(language: str, message: str) -> str:
    """Return a message in a language: a page says some hundreds, and mostly the same ones."""
    return str(translations(language).ugettext(message))


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Return the form of the message that goes with `n`; ``{n}`` is filled in by itself.

    Parameters
    ----------
    singular, plural : str
        English forms, with ``{name}`` placeholders.
    n : int
        What decides the form; Polish and Ukrainian have three.
    **values : object
        What the other placeholders stand for.

    Returns
    -------
    str
    """
    translated = str(translations(current_language()).ungettext(singular, plural, n))
    return translated.format(**{"n": number(n), **values})


def error_text(error: LocatorError) -> str:
    """Return the message of `error` in the current language, quotations in its quotes.

    Parameters
    ----------
    error : LocatorError

    Returns
    -------
    str
        In English where the message has no translation.
    """
    quotes = QUOTES.get(current_language(), ENGLISH_QUOTES)
    values = {
        name: f"{quotes[0]}{value[1:-1]}{quotes[1]}" if _is_quoted(value) else value
        for name, value in error.values.items()
    }
    return gettext(error.template).format(**values)


def _is_quoted(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value[:1] + value[-1:] == ENGLISH_QUOTES


def text(mapping: Mapping[str, str] | None) -> str:
    """Return a text of the catalogue in the current language.

    Parameters
    ----------
    mapping : mapping of str to str, or None
        One text by language, as the catalogue of a city has it.

    Returns
    -------
    str
        In English, or whatever language there is, where the current one is missing; empty for none.
    """
    if not mapping:
        return ""
    return mapping.get(current_language()) or mapping.get("en") or next(iter(mapping.values()))


# Numbers and dates --------------------------------------------------------------------------


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == "en" else language)


def locale() -> Locale:
    """Return Babel's locale of the current language.

    Returns
    -------
    babel.Locale
        Of the United Kingdom for English: kilometres, and the day before the month.
    """
    return _locale(current_language())


def number(value: float | None, digits: int = 0) -> str:
    """Return `value` with the separators of the language, rounded to `digits` decimals.

    Parameters
    ----------
    value : float or None
    digits : int
        Decimals that are shown, noughts included.

    Returns
    -------
    str
        A dash for None and for what is not finite; never ``-0``.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return _decimal(round(float(value), digits) + 0.0, digits, current_language())


@lru_cache(maxsize=4096)
def _decimal(rounded: float, digits: int, language: str) -> str:
    """Return a rounded number in words: a list of results says the same few again and again."""
    return numbers.format_decimal(rounded, format=_pattern(digits), locale=_locale(language))


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share from 0 to 1 as a percentage.

    Parameters
    ----------
    share : float or None
        From 0 to 1.
    digits : int
        Decimals of the percentage.

    Returns
    -------
    str
        A dash for None and for what is not finite.
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    pattern = f"{_pattern(digits)}\xa0%" if current_language() == "uk" else f"{_pattern(digits)}%"
    return numbers.format_percent(share, format=pattern, locale=locale())


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits > 0 else "")


def minutes(walk_s: float | None) -> str:
    """Return a walking time in whole minutes, never less than one.

    Parameters
    ----------
    walk_s : float or None
        Seconds.

    Returns
    -------
    str
        With its unit, hours from 60 minutes on; a dash for None and for what is not finite.
    """
    if walk_s is None or not math.isfinite(walk_s):
        return NOTHING
    whole = max(1, math.floor(walk_s / 60 + 0.5))
    if whole < 60:
        return gettext("{minutes} min", minutes=whole)
    return gettext("{hours} h {minutes} min", hours=whole // 60, minutes=whole % 60)


def metres(walk_m: float | None) -> str:
    """Return a walk's length: to 10 m below a kilometre, to 100 m above.

    Parameters
    ----------
    walk_m : float or None
        Metres along the way.

    Returns
    -------
    str
        With its unit; never less than 10 m, a dash for None and for what is not finite.
    """
    if walk_m is None or not math.isfinite(walk_m):
        return NOTHING
    rounded = max(10, math.floor(walk_m / 10 + 0.5) * 10)
    if rounded < 1000:
        return gettext("{metres} m", metres=rounded)
    return gettext("{kilometres} km", kilometres=number(walk_m / 1000, 1))


def day(value: str | date | None, *, weekday: bool = False) -> str:
    """Return a date in words; an ISO text may be reduced to a month or a year.

    Parameters
    ----------
    value : str, date or None
        A date, or an ISO 8601 text.
    weekday : bool
        Say the day of the week, too, of a date.

    Returns
    -------
    str
        A dash for None and for an empty text.
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, date):
        return _date(value, "full" if weekday else "long")
    parts = value.split("-")
    if len(parts) == 1:
        return value
    if len(parts) == 2:
        return _date(date(int(parts[0]), int(parts[1]), 1), "LLLL y")
    return _date(date.fromisoformat(value[:10]), "long")


def _date(value: date, pattern: str) -> str:
    # Of a moment its own day: the same moment may be another day in another time zone.
    whole = value.date() if isinstance(value, datetime) else value
    return _day(whole, pattern, current_language())


@lru_cache(maxsize=4096)
def _day(value: date, pattern: str, language: str) -> str:
    """Return a day in words: a page says few, and mostly those of the page before."""
    return dates.format_date(value, pattern, locale=_locale(language))


def moment(value: datetime | None) -> str:
    """Return day and time in words, in the time zone that `value` carries.

    Parameters
    ----------
    value : datetime or None

    Returns
    -------
    str
        Without the year; a dash for None.
    """
    if value is None:
        return NOTHING
    return f"{_date(value, 'd MMMM')}, {clock(value)}"


def clock(value: datetime | None) -> str:
    """Return the time of day, ``14:05``.

    Parameters
    ----------
    value : datetime or None
        Its own time zone counts.

    Returns
    -------
    str
        A dash for None.
    """
    return NOTHING if value is None else value.strftime("%H:%M")
