"""Nobody imports an entry point: they stand above everything, and start it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BELOW = {"cli": ["commands"], "worker": []}
PACKAGES = ["rules", "loyalty", "database", "activities", "workflows", "api"]


def imported(file: Path) -> set[str]:
    """The top-level modules that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("entry", BELOW)
def test_nothing_below_an_entry_point_imports_it(entry: str) -> None:
    files = [file for package in PACKAGES + BELOW[entry] for file in (ROOT / package).rglob("*.py")]

    assert len(files) > 50
    assert [str(file.relative_to(ROOT)) for file in files if entry in imported(file)] == []
