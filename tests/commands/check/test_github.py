"""Workflow commands, as GitHub's runner reads them."""

import re

import pytest

from commands.check.findings import Findings
from commands.check.github import github
from loyalty.program.logic import Place
from program_files import Problem
from program_files.text.problems import Severity


def read(command: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner parses it."""
    found = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", command)
    assert found is not None
    pairs = (pair.split("=", 1) for pair in found[2].split(","))
    return found[1], {name: _in_property(value) for name, value in pairs}, _in_message(found[3])


def _in_property(text: str) -> str:
    return _in_message(text.replace("%3A", ":").replace("%2C", ","))


def _in_message(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_problem_is_an_annotation_at_its_word() -> None:
    problem = Problem(Place("reactors/a.yaml", 2, 5), "unknown-event-type", "purchse is unknown", "purchase")
    found = Findings("shop", [problem], {"reactors/a.yaml": b"reactor: a\non: purchse\n"})

    (command,) = github(found)

    start = "::error file=shop/reactors/a.yaml,line=2,col=5,endColumn=12,title=unknown-event-type::"
    assert command == f"{start}purchse is unknown. Did you mean purchase?"


@pytest.mark.parametrize(("severity", "command"), [("warning", "warning"), ("note", "notice")])
def test_a_warning_is_one_and_a_note_is_a_notice(severity: Severity, command: str) -> None:
    found = Findings(".", [Problem(Place("reactor", 1, 1), "unknown-folder", "not read", severity=severity)], {})

    assert list(github(found)) == [f"::{command} file=reactor,line=1,col=1,title=unknown-folder::not read"]


@pytest.mark.parametrize("odd", ["a,b:c=d", "100%", "%0A", "a\r\nb", "::error file=x::y", "ż 😀"])
def test_what_is_escaped_comes_out_of_the_runner_as_it_was(odd: str) -> None:
    found = Findings(odd, [Problem(Place("a.yaml", 1, 1), "bad-name", odd)], {})

    (command,) = github(found)

    assert "\n" not in command
    assert "\r" not in command
    assert read(command) == (
        "error",
        {"file": f"{odd}/a.yaml", "line": "1", "col": "1", "title": "bad-name"},
        odd,
    )
