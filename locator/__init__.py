"""Find the nearest facility on foot, and who has none within reach.

``locator.open()`` opens a city for programs and notebooks. Nothing is imported before one of the
names below is used: the commands, of which each needs little, begin with this module, too.
"""

__version__ = "0.2.0"
__all__ = [
    "CoverageFrames",
    "LocatorError",
    "OpenCity",
    "ScenarioFrames",
    "TransitFrames",
    "__version__",
    "open",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from locator.base.errors import LocatorError
    from locator.library.answers import CoverageFrames, ScenarioFrames, TransitFrames
    from locator.library.city import OpenCity
    from locator.library.opening import open  # noqa: A004

_FROM = {
    "CoverageFrames": "locator.library.answers",
    "LocatorError": "locator.base.errors",
    "OpenCity": "locator.library.city",
    "ScenarioFrames": "locator.library.answers",
    "TransitFrames": "locator.library.answers",
    "open": "locator.library.opening",
}


if not TYPE_CHECKING:  # else a checker would believe that every name is there

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used."""
        if name not in _FROM:
            raise AttributeError(f"module 'locator' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(_FROM[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Name what is public, whether it was used or not."""
    return sorted({*globals(), *__all__})
