"""Read a TOML file into frozen dataclasses, noting every fault of it.

The types of the fields are the whole truth about what a file may say: ``Field(description=...)``
is what a fault names as accepted; the first of ``examples`` stands in for a value that is wrong,
so that the files that depend on this one can be checked too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    with_config,
)

from locator.base.echo import WORDS, cut
from locator.base.reading import WHOLE, FaultLog, read_toml
from locator.base.validation import Problem, problems

T = TypeVar("T")
Schema = Mapping[str, Any]

NAME = ""
"""Key under which a table of a mapping is given its own name (see `named`)."""

declared = with_config(ConfigDict(extra="forbid"))
"""Decorator of a frozen dataclass that a TOML file declares: it refuses other keys."""


def fits(accept: Callable[[str], bool]) -> AfterValidator:
    """Return the rule that `accept` accepts a text.

    Parameters
    ----------
    accept : callable
        Takes the text; tells whether it is right.

    Returns
    -------
    pydantic.AfterValidator
        To stand in ``Annotated``.
    """

    def check(value: str) -> str:
        if not accept(value):
            raise ValueError("not accepted")
        return value

    return AfterValidator(check)


def named(tables: object) -> object:
    """Return the tables of a mapping, each with its own name among its values.

    Parameters
    ----------
    tables : object
        What a TOML file holds under one name; anything but a table is returned as it is.

    Returns
    -------
    object
        A copy, each table with its name under `NAME`; what it holds may still be wrong.
    """
    if not isinstance(tables, dict):
        return tables
    return {
        name: {**table, NAME: name} if isinstance(table, dict) else table
        for name, table in tables.items()
    }


def read_declared(
    kind: type[T], folder: Path, log: FaultLog, *, optional: bool = False
) -> T | None:
    """Return what a TOML file says.

    Parameters
    ----------
    kind : type
        A dataclass, or a mapping to dataclasses, of types that pydantic knows.
    folder : Path
        Where the file of `log` is.
    log : FaultLog
        Takes every fault of the file.
    optional : bool
        A file that is not there is no fault.

    Returns
    -------
    object or None
        With faults, what could be read, examples in the place of the rest; None where there is
        no file, or not even that is possible.
    """
    if optional and not (folder / log.file).exists():
        return None
    values = read_toml(folder, log)
    if values is None:
        return None
    adapter: TypeAdapter[T] = _adapter(kind)
    try:
        return adapter.validate_python(values)
    except ValidationError as error:
        schema = adapter.json_schema()
        for problem in problems(error):
            _note(problem, schema, log)
            _mend(values, problem.names, schema)
    try:
        return adapter.validate_python(values)
    except ValidationError:
        return None


def read_tables(kind: type[T], folder: Path, log: FaultLog) -> tuple[T, ...]:
    """Return the tables of a TOML file in their order, each with its name; none without a file.

    Parameters
    ----------
    kind : type
        Dataclass of one table; the field with the alias `NAME` takes its name.
    folder, log
        As for `read_declared`.

    Returns
    -------
    tuple
        Of `kind`; with faults, as `read_declared` has it.
    """
    tables = Annotated[dict[str, kind], BeforeValidator(named)]  # type: ignore[valid-type]
    found: dict[str, T] | None = read_declared(tables, folder, log, optional=True)
    return tuple((found or {}).values())


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _built_adapter(kind)


@cache
def _built_adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _note(problem: Problem, schema: Schema, log: FaultLog) -> None:
    nodes = _nodes(schema, problem.names)
    table = max(i for i, node in enumerate(nodes[:-1]) if i == 0 or "properties" in node)
    where, field = ".".join(problem.names[:table]), ".".join(problem.names[table:])
    said_of = [node.get("description", "") for node in nodes[table + 1 :]]
    if problem.position is not None:  # one of several is wrong
        said_of.append(nodes[-1].get("items", {}).get("description", ""))
    wanted = ", ".join(filter(None, nodes[-1].get("required", ())))
    allowed = next(filter(None, reversed(said_of)), f"a table with {wanted}")
    if problem.kind == "unexpected_keyword_argument":
        said, allowed = "is unknown", ", ".join(sorted(filter(None, nodes[table]["properties"])))
    elif problem.kind == "too_short" and log.noted(where or WHOLE, field):
        return  # for want of those that are wrong themselves
    elif problem.kind == "missing" or problem.given is None:
        said = "is missing"
    else:
        found = cut(repr(problem.given), most=WORDS)
        said = f"is {found}" if problem.position is None else f"has {found}"
    log.add(where or WHOLE, field or WHOLE, said, allowed)


def _mend(values: dict[str, Any], names: Sequence[str], schema: Schema) -> None:
    """Put an example in the place of a faulty value, or take it out."""
    names = [name for name in names if name != NAME]
    for name, node in zip(names, _nodes(schema, names)[1:], strict=True):
        if "examples" in node:
            values[name] = node["examples"][0]
            return
        if name == names[-1] or not isinstance(values.get(name), dict):
            values.pop(name, None)
            return
        values = values[name]


def _nodes(schema: Schema, names: Sequence[str]) -> list[Schema]:
    """Return what a JSON Schema says of the whole and of each name on the way to a value."""

    def resolved(node: Schema) -> Schema:
        for option in node.get("anyOf", ()):
            if option.get("type") != "null":
                return resolved({**option, **node, "anyOf": ()})
        if node.get("$ref"):
            table = schema["$defs"][node["$ref"].rpartition("/")[2]]
            return {**table, "description": "", **node, "$ref": ""}  # a docstring says no rule
        return node

    nodes = [resolved(schema)]
    for name in names:
        inner = nodes[-1].get("properties", {}).get(name) or nodes[-1].get("additionalProperties")
        nodes.append(resolved(inner or {}))
    return nodes
