"""Read a query string into one of the questions of this package, or say all that is wrong.

The types of a question's fields are the whole truth about what is accepted: `parse` checks
against them, and the OpenAPI document is generated from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from locator.base.echo import cut, shortened
from locator.base.errors import N_, InvalidParameterError, NotFoundError, QuestionError
from locator.base.validation import Problem, problems
from locator.city.lookup import NO_KIND, NO_LAYER, NO_OPERATOR, SAID_NAMES, listed
from locator.city.units import NO_UNIT

Q = TypeVar("Q")

EMPTY = N_("{name} is empty.")
MISSING = N_("{name} is missing.")
REPEATED = N_("{name} may be given once only; it was given {count} times.")
UNKNOWN = N_("There is no parameter {given} here. Known parameters: {known}.")
NO_PARAMETERS = N_("There is no parameter {given} here; this address takes none.")
WHOLE = N_("{name} has to be a whole number from {least} to {most}; given: {given}.")
NUMBER = N_("{name} has to be a number from {least} to {most}; given: {given}.")
CHOICE = N_("{name} has to be one of: {choices}; given: {given}.")
TOO_LONG = N_("{name} may have at most {most} characters; {count} were given.")
TOO_MANY = N_("{name} may be given at most {most} times.")
MOMENT = N_("{name} has to be a date and time like 2026-06-01T14:30; given: {given}.")
DAY = N_("{name} has to be a day like 2024-05-01, from 1900 to 2099; given: {given}.")
NOT_ACCEPTED = N_("{name} does not have an accepted value; given: {given}.")

NO_SITE = N_(
    "add has to be lat,lon or lat,lon,places or lat,lon,places,name with points as decimal signs, "
    "and a date after the places if there is one (60@2027-09); given: {given}."
)
NO_BOX = N_(
    "{name} has to be four numbers with commas between: lower corner, upper corner, such as "
    "19.9,50.0,20.0,50.1; given: {given}."
)
NO_SPAN = N_(
    "{name} has to be a day or a moment with its zone, or two of them with a slash, such as "
    "2024-01-01/2024-12-31 or 2024-01-01T00:00:00Z/..; given: {given}."
)
NO_DATE = N_("{name} has to be a date such as 2027, 2027-09 or 2027-09-01; given: {given}.")
NO_PRICE = N_("price_in has to be district:price, such as 4:900000; given: {given}.")
NO_DISTRICT = N_("There is no district {given}.")

NOT_FOUND = {
    "unknown_layer": NO_LAYER,
    "unknown_district": NO_DISTRICT,
    "unknown_unit": NO_UNIT,
}
"""Message of each kind of name that the city does not have."""

TEMPLATES = {
    "missing": MISSING,
    "string_too_short": EMPTY,
    "string_too_long": TOO_LONG,
    "too_long": TOO_MANY,
    "literal_error": CHOICE,
    "bool_parsing": CHOICE,
    "value_error": MOMENT,
    "unknown_group": CHOICE,
    "unknown_kind": NO_KIND,
    "unknown_operator": NO_OPERATOR,
    "site": NO_SITE,
    "day": DAY,
    "box": NO_BOX,
    "span": NO_SPAN,
    "price": NO_PRICE,
    "date": NO_DATE,
}
"""Message of each kind of fault that pydantic finds; numbers are told apart by their type."""


class Args(Protocol):
    """A query string as it was read: each name with the values given for it."""

    def __iter__(self) -> Iterator[str]: ...

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return the values given for a name, in their order."""


class Pairs(dict[str, list[str]]):
    """Names and values from elsewhere than the web, such as the options of a command.

    Parameters
    ----------
    pairs : iterable of (str, object)
        A name may come several times; values are read as ``str`` writes them.
    """

    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(str(value))

    @classmethod
    def given(cls, **values: object) -> Pairs:
        """Return what was given: None is nothing, a tuple several values."""
        return cls(
            (name, one)
            for name, value in values.items()
            for one in (value if isinstance(value, tuple) else (value,))
            if one is not None
        )

    def getlist(self, key: str, /) -> list[str]:
        """Return the values given for a name, in their order."""
        return self.get(key, [])


Names = Mapping[str, Collection[object]]
"""The names that there are, by what they name: ``layer``, ``group``, ``district``."""


def parse(
    kind: type[Q], args: Args, *, strict: bool = False, names: Names | None = None, **path: str
) -> Q:
    """Return the question that a query string asks.

    Parameters
    ----------
    kind : type
        One of the dataclasses above.
    args : Args
        The query string: ``request.args``, or `Pairs`.
    strict : bool
        As for the API: unknown names and empty values are faults. Pages ignore both, because a
        form sends its empty fields along and a link may carry more than the page knows.
    names : mapping, optional
        What there is in the city; without it no name is looked up.
    **path : str
        What the address itself gives, such as the layer in ``/coverage/<layer>``.

    Returns
    -------
    kind

    Raises
    ------
    InvalidParameterError, NotFoundError
        The first fault, naming the parameter, what was given (shortened) and what is accepted;
        its `faults` has everything that is wrong. First is what the address itself names and the
        city does not have, then what is wrong in form, then other names: an unknown layer or
        district is a `NotFoundError`.
    """
    shapes = parameter_shapes(kind)
    raw: dict[str, object] = dict(path)
    faults: list[QuestionError] = []
    for name in args:
        values = [value for value in args.getlist(name) if strict or value.strip()]
        if name not in shapes or name in path:
            if strict:
                faults.append(_unknown(name, [known for known in shapes if known not in path]))
        elif shapes[name].get("type") == "array":
            raw[name] = tuple(values)
        elif values:
            raw[name] = values[0]
            if len(values) > 1:
                faults.append(_repeated(name, len(values)))
    found: Any = None
    try:
        found = _adapter(kind).validate_python(raw, context=names)
    except InvalidParameterError as error:  # each is right by itself, not all together
        faults.append(error)
    except ValidationError as error:
        ranked = [(FORM, fault) for fault in faults]
        ranked += [(_rank(one, path), _fault(one, shapes)) for one in problems(error)]
        ranked += [(FORM, fault) for fault in _faults_together(kind, raw)]
        faults = [fault for _, fault in sorted(ranked, key=lambda pair: pair[0])]
    if faults:
        faults[0].others = tuple(faults[1:])
        raise faults[0] from None
    return cast(Q, found)


ADDRESS, FORM, NAME = range(3)
"""Order of faults: an address that names nothing, a wrong form, other names that are unknown."""


def _rank(problem: Problem, path: Collection[str]) -> int:
    if "known" not in problem.limits:
        return FORM
    return ADDRESS if problem.names[0] in path else NAME


def parameter_shapes(kind: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return the JSON Schema of each parameter of `kind`, "or null" taken out.

    Parameters
    ----------
    kind : type
        A question: a dataclass such as those of `locator.api.queries`.

    Returns
    -------
    mapping of str to mapping
        In the order of the fields.
    """
    return _shapes(kind)


@cache
def _shapes(kind: Any) -> Mapping[str, Mapping[str, Any]]:
    shapes = _adapter(kind).json_schema().get("properties", {})
    return {name: _without_null(shape) for name, shape in shapes.items()}


def required_parameters(kind: type[Any]) -> frozenset[str]:
    """Return the names of the parameters that have to be given."""
    return frozenset(_adapter(kind).json_schema().get("required", ()))


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _built_adapter(kind)


@cache
def _built_adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in shape.get("anyOf", ()) if option.get("type") != "null"]
    kept = {key: value for key, value in shape.items() if key not in ("anyOf", "title")}
    if kept.get("default", 0) is None:
        del kept["default"]
    return kept | options[0] if options else kept


def _faults_together(kind: Any, raw: Mapping[str, Any]) -> list[InvalidParameterError]:
    """Return what is wrong with parameters together, where some are wrong by themselves."""
    try:
        getattr(kind, "check", lambda _: None)(raw)
    except InvalidParameterError as error:
        return [error]
    return []


def _unknown(name: str, known: list[str]) -> InvalidParameterError:
    return InvalidParameterError(
        UNKNOWN if known else NO_PARAMETERS,
        parameter=cut(name),
        accepted={"enum": known},
        given=shortened(name),
        known=", ".join(known),
    )


def _repeated(name: str, count: int) -> InvalidParameterError:
    return InvalidParameterError(
        REPEATED, parameter=name, accepted={"maxItems": 1}, name=name, count=count
    )


SAID = ("type", "enum", "minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern")
"""What is said of an accepted value, of all that its schema knows."""


def _fault(problem: Problem, shapes: Mapping[str, Mapping[str, Any]]) -> QuestionError:
    name = problem.names[0]
    shape = shapes[name]
    if problem.position is not None:
        shape = shape.get("items", shape)  # one value of several is wrong
    known = problem.limits.get("known")
    if known is not None:
        shape = {"enum": [str(one) for one in known]}
    template = NOT_FOUND.get(problem.kind) or TEMPLATES.get(problem.kind)
    if template is None:
        template = {"integer": WHOLE, "number": NUMBER}.get(shape.get("type", ""), NOT_ACCEPTED)
    given = problem.given
    kind = NotFoundError if problem.kind in NOT_FOUND else InvalidParameterError
    return kind(
        template,
        parameter=name,
        position=problem.position,
        accepted={key: shape[key] for key in SAID if key in shape},
        name=name,
        given=cut(given) if template in (NO_DISTRICT, NO_UNIT) else shortened(given),
        count=len(given) if isinstance(given, str | tuple) else 1,
        least=shape.get("minimum"),
        # Of one value or of how often it is given: pydantic knows which of the two was exceeded.
        most=problem.limits.get("max_length", shape.get("maximum", 100)),
        known=listed(known or (), SAID_NAMES if template == NO_OPERATOR else None),
        choices=", ".join(shape.get("enum", ("1", "0"))),  # without a list it is yes or no
    )
