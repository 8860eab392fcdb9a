"""Imports that the contracts of import-linter do not cover: entry points, and the commands among themselves."""

import ast
from keyword import iskeyword
from pathlib import Path

import pytest
from typer.main import get_command

from cli import app

ROOT = Path(__file__).parent.parent
BELOW = {"cli": ["commands"], "worker": []}
PACKAGES = ["rules", "access", "loyalty", "program_files", "workbench", "database", "activities", "workflows", "api"]
COMMANDS = [f"{name}_" if iskeyword(name) else name for name in sorted(get_command(app).commands)]
"""Commands as their modules are named: `import_`, since `import` is a word of Python."""


def imported(file: Path) -> set[str]:
    """The modules that a file imports anywhere in it, with `a.b.c` also for `from a.b import c`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def files_of(command: str) -> list[Path]:
    """The files of one command: a module, or a package."""
    folder = ROOT / "commands" / command
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def shared_by(users: list[Path]) -> set[Path]:
    """The files of `commands/shared` that files import, directly or through one another."""
    found: set[Path] = set()
    waiting = list(users)
    while waiting:
        for name in imported(waiting.pop()):
            file = (ROOT / Path(*name.split("."))).with_suffix(".py")
            if name.startswith("commands.shared.") and file.is_file() and file not in found:
                found.add(file)
                waiting.append(file)
    return found


@pytest.mark.parametrize("entry", BELOW)
def test_nothing_below_an_entry_point_imports_it(entry: str) -> None:
    files = [file for package in PACKAGES + BELOW[entry] for file in (ROOT / package).rglob("*.py")]
    importing = [file for file in files if any(name.split(".")[0] == entry for name in imported(file))]

    assert len(files) > 50
    assert [str(file.relative_to(ROOT)) for file in importing] == []


def test_commands_holds_each_command_by_its_name_and_what_they_share() -> None:
    held = {path.stem for path in (ROOT / "commands").iterdir() if not path.name.startswith("_")}

    assert held == {*COMMANDS, "shared"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_imports_nothing_of_another(command: str) -> None:
    names = {name for file in files_of(command) for name in imported(file) if name.startswith("commands.")}

    assert {name.split(".")[1] for name in names} <= {command, "shared"}


def test_what_is_shared_is_used_by_two_commands_or_more() -> None:
    users = [*map(files_of, COMMANDS), [ROOT / "cli.py"]]
    uses = [shared_by(files) for files in users]
    shared = [file for file in (ROOT / "commands" / "shared").rglob("*.py") if file.name != "__init__.py"]

    assert len(shared) > 10
    assert [file.name for file in shared if sum(file in used for used in uses) < 2] == []
