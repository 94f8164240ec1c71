"""Name what can go wrong, so that every surface can say it in the user's language.

A message is a template plus its values, never a finished string: the web pages
translate the template, the API and the command line format it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


def N_(message: str) -> str:  # noqa: N802  (the gettext convention for "extract, translate later")
    """Mark a message template for extraction; return it unchanged.

    Parameters
    ----------
    message : str
        English, with ``{name}`` placeholders.

    Returns
    -------
    str
    """
    return message


@dataclass(frozen=True)
class Said:
    """A message that is no error, as a template and its values, to be said in any language.

    Attributes
    ----------
    template : str
        English message with ``{name}`` placeholders (see `N_`).
    values : mapping
        What the placeholders stand for.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The message in English."""
        return self.template.format(**self.values)


class LocatorError(Exception):
    """Base of every error with a message for people.

    Parameters
    ----------
    template : str
        English message with ``{name}`` placeholders, marked with `N_` at the call.
    parameter : str, optional
        The query parameter, option or field that is wrong.
    **values
        What the placeholders stand for.
    """

    code = "error"

    def __init__(self, template: str, *, parameter: str | None = None, **values: object) -> None:
        self.template = template
        self.parameter = parameter
        self.values = values
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The message in English, with its values filled in."""
        return self.template.format(**self.values)


class QuestionError(LocatorError):
    """Something that a question says is wrong; `faults` has all that is.

    Parameters
    ----------
    template, parameter
        As for `LocatorError`.
    accepted : mapping, optional
        What would be accepted, as JSON Schema says it.
    position : int, optional
        Which value is wrong, from 0, of a parameter that may be repeated.
    **values
        As for `LocatorError`.
    """

    def __init__(
        self,
        template: str,
        *,
        parameter: str | None = None,
        accepted: Mapping[str, object] | None = None,
        position: int | None = None,
        **values: object,
    ) -> None:
        self.accepted = accepted
        self.position = position
        self.others: tuple[QuestionError, ...] = ()
        super().__init__(template, parameter=parameter, **values)

    @property
    def faults(self) -> tuple[QuestionError, ...]:
        """Everything that is wrong with the question, this one first."""
        return (self, *self.others)


def faults_of(error: LocatorError) -> tuple[LocatorError, ...]:
    """Return everything that is wrong, `error` first: of a question that may be several things.

    Parameters
    ----------
    error : LocatorError

    Returns
    -------
    tuple of LocatorError
    """
    return error.faults if isinstance(error, QuestionError) else (error,)


class InvalidParameterError(QuestionError):
    """A parameter does not have an accepted value (HTTP 400)."""

    code = "invalid_parameter"


class NotFoundError(QuestionError):
    """A layer, facility, district or place that does not exist (HTTP 404)."""

    code = "not_found"


class OutsideCityError(LocatorError):
    """A point that the city folder does not cover (HTTP 422)."""

    code = "outside_city"


class NotComputableError(LocatorError):
    """A question that is well formed but has no honest answer (HTTP 422)."""

    code = "not_computable"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place of a data file.

    Attributes
    ----------
    file : str
        File name inside the city folder.
    feature : str
        Id or 1-based position of the feature or row; ``"-"`` for the whole file.
    field : str
        Property or column; ``"-"`` for the whole feature.
    problem : str
        What is wrong.
    allowed : str
        What would be accepted.
    """

    file: str
    feature: str
    field: str
    problem: str
    allowed: str

    def __str__(self) -> str:
        """One line: file, feature, field, problem, what is allowed."""
        return (
            f"{self.file}: {self.feature}: {self.field}: {self.problem} (allowed: {self.allowed})"
        )


class CityFolderError(LocatorError):
    """A city folder that cannot be read; carries every fault found, not the first.

    Parameters
    ----------
    faults : iterable of Fault
        At least one; kept sorted, by file first.
    """

    code = "city_folder"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            N_("The city folder has {count} fault(s):\n{lines}"),
            count=len(self.faults),
            lines=lines,
        )
