"""Build the documentation from `docs/` and the docstrings: `make docs`.

Sphinx, because it reads numpydoc as well as Markdown (MyST), treats a broken reference as an error,
and with Furo's style sheet builds pages that work from the disk and ask no server for anything.
"""

from locator import __version__

project = "Kraków service locator"
author = "its contributors"
release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.apidoc"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = [
    "myst.header",  # a page may begin inside another document
    "ref.python",  # a type's attribute has the name of another's: `k`, `type`
]

apidoc_modules = [
    {
        "path": "../locator",
        "destination": "modules",
        # A library is what can be imported to compute: not pages, commands and makers of folders.
        "exclude_patterns": ["../locator/web", "../locator/cli", "../locator/curation"],
        "separate_modules": False,
        "module_first": True,
        "max_depth": 2,
        "automodule_options": {"members", "show-inheritance"},
    }
]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_use_ivar = True
napoleon_google_docstring = False

html_theme = "furo"
html_title = f"{project} {release}"
html_show_sourcelink = False
html_copy_source = False
