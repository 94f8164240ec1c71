"""Check that what other packages use says all of itself; ``make lint`` runs it.

Public is what a module of another package of `locator` imports, or takes from a module that it
imports. Of that, a function names its parameters, what it returns or yields, and what it raises by
itself; a class names its attributes, or the parameters that it is made with. All else is its
package's own: one line is enough. What the API publishes is left out: the docstring of a handler is
the description of its address, and each field of a question says for itself what it takes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from numpydoc.docscrape import NumpyDocString

ROOT = Path(__file__).parents[2]

PUBLISHED = ("operation", "frozen", "closed")
"""Decorators of the handlers, questions and answers of the API."""


Definition = ast.FunctionDef | ast.ClassDef


def package(module: str) -> str:
    """Return the package of `locator` that a module lies in; empty for `locator` itself."""
    return f"{module}.".split(".")[1]


def parsed(root: Path) -> dict[str, ast.Module]:
    """Return the modules below `root`/locator by their names."""
    found = {}
    for path in sorted((root / "locator").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


def used_elsewhere(modules: dict[str, ast.Module]) -> set[tuple[str, str]]:
    """Return module and name of whatever a module of another package uses."""
    used = set()
    for here, tree in modules.items():
        aliases = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    whole = f"{node.module}.{one.name}"
                    if whole in modules:
                        aliases[one.asname or one.name] = whole
                    elif package(node.module) != package(here):
                        used.add((node.module, one.name))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = aliases.get(node.value.id)
                if module is not None and package(module) != package(here):
                    used.add((module, node.attr))
    return used


def public(modules: dict[str, ast.Module]) -> Iterator[tuple[str, Definition]]:
    """Yield module and definition of each function and class that another package uses."""
    for module, name in sorted(used_elsewhere(modules)):
        for node in modules[module].body if module in modules else ():
            if isinstance(node, Definition) and node.name == name and not _is_published(node):
                yield module, node


def lacking(node: Definition) -> list[str]:
    """Return the sections that the docstring of a public definition lacks."""
    said = NumpyDocString(ast.get_docstring(node) or "")
    if isinstance(node, ast.ClassDef):
        return (
            [] if said["Attributes"] or said["Parameters"] or not _is_made(node) else ["Attributes"]
        )
    lacks = []
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    starred = [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
    told = {name.lstrip("*") for one in said["Parameters"] for name in one.name.split(", ")}
    if {one.arg for one in (*arguments, *starred)} - told:
        lacks.append("Parameters")
    returned = "None" if node.returns is None else ast.unparse(node.returns)
    if returned.startswith("Iterator") and any(
        isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node)
    ):
        if returned != "Iterator[None]" and not said["Yields"]:
            lacks.append("Yields")
    elif returned not in ("None", "NoReturn") and not said["Returns"]:
        lacks.append("Returns")
    raised = any(isinstance(n, ast.Raise) and n.exc is not None for n in _own(node))
    if raised and not said["Raises"]:
        lacks.append("Raises")
    return lacks


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function that do not belong to a function inside it."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.Lambda):
            yield inner
            yield from _own(inner)


def _is_made(node: ast.ClassDef) -> bool:
    """Tell whether a class has something to be made with of its own."""
    return any(
        isinstance(one, ast.AnnAssign)
        or (isinstance(one, ast.FunctionDef) and one.name == "__init__" and len(one.args.args) > 1)
        for one in node.body
    )


def _is_published(node: Definition) -> bool:
    names = {ast.unparse(one).partition("(")[0] for one in node.decorator_list}
    return not names.isdisjoint(PUBLISHED)


def main() -> int:
    """Print what is missing; return whether anything is."""
    wrong, count = [], 0
    for module, node in public(parsed(ROOT)):
        lacks = lacking(node)
        count += 1
        if lacks:
            wrong.append(f"{module}.{node.name}: {', '.join(lacks)}")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{count - len(wrong)} of {count} public names have all sections of numpydoc.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
