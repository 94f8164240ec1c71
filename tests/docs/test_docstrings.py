"""What the check of docstrings finds, on two modules of two packages."""

from __future__ import annotations

import ast

import pytest

from tests.docs.docstrings import ROOT, lacking, main, package, parsed, public

BELOW = '''
def used(a, b): """Return."""
def taken(a): """Return."""
def own(a): """Return."""
@operation("/api/x")
def handled(a): """Return."""
@frozen
class Asked:
    """Ask."""
    a: int
class Held:
    """Hold."""
'''
ABOVE = """
from locator.city.below import handled, used, Asked, Held
from locator.city import below
below.taken(1)
below.missing
"""
BESIDE = "from locator.city.below import own"


def test_public_is_what_another_package_uses_and_no_operation() -> None:
    modules = {
        "locator.city.below": ast.parse(BELOW),
        "locator.web.above": ast.parse(ABOVE),
        "locator.city.beside": ast.parse(BESIDE),
    }
    assert [node.name for _, node in public(modules)] == ["Held", "taken", "used"]


SECTIONS = '''"""Do.

    Parameters
    ----------
    a, b : int
    *rest : int

    Returns
    -------
    int

    Raises
    ------
    ValueError
    """'''


@pytest.mark.parametrize(
    ("code", "lacks"),
    [
        ('def f() -> None: """Do."""', []),
        (f"def f(a, b, *rest) -> int:\n    {SECTIONS}\n    raise ValueError", []),
        (f"def f(a, b, c, *rest) -> int:\n    {SECTIONS}", ["Parameters"]),
        (f"def f(a, b, **rests) -> int:\n    {SECTIONS}", ["Parameters"]),
        ('def f(a, *, b) -> int:\n    """Do."""\n    raise X', ["Parameters", "Returns", "Raises"]),
        ('def f() -> int:\n    """Do."""\n    yield 1', ["Returns"]),
        ('def f() -> Iterator[int]:\n    """Do."""\n    yield 1', ["Yields"]),
        ('def f() -> Iterator[None]:\n    """Do."""\n    yield', []),
        ('def f() -> None:\n    """Do."""\n    try: g()\n    except X: raise', []),
        ('def f() -> None:\n    """Do."""\n    def g(): raise X', []),
        ('class C:\n    """Hold."""\n    a: int', ["Attributes"]),
        ('class C:\n    """Hold."""\n    def __init__(self, a): ...', ["Attributes"]),
        ('class C(Error):\n    """Be wrong."""\n    code = "c"', []),
        (
            'class C:\n    """Hold.\n\n    Attributes\n    ----------\n    a\n    """\n    a: int',
            [],
        ),
    ],
)
def test_each_missing_section_is_named(code: str, lacks: list[str]) -> None:
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    assert lacking(node) == lacks


def test_packages_are_read_from_names() -> None:
    assert [package(one) for one in ("locator", "locator.web", "locator.web.map.pages")] == [
        *("", "web", "web")
    ]
    assert {"locator", "locator.walking", "locator.city.model"} <= set(parsed(ROOT))


def test_the_house_holds_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
