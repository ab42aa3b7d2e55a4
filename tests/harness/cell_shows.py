"""A cell run in a kernel, as a notebook does it."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient


@pytest.fixture
def cell_shows(tmp_path):
    """cell_shows(source): what stands below a cell of that source at its end, run in `tmp_path`: (HTML, printed)."""

    def run(source: str) -> tuple[str, str]:
        cell = nbformat.v4.new_code_cell(source)
        notebook = nbformat.v4.new_notebook(cells=[cell])
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(Path(tmp_path))}}).execute()
        html = [output.data["text/html"] for output in cell.outputs if output.output_type == "display_data"]
        printed = [output.text for output in cell.outputs if output.output_type == "stream"]
        return "".join(html), "".join(printed)

    return run
