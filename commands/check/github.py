"""Problems as workflow commands of GitHub: each becomes an annotation at its line of a pull request."""

from collections.abc import Iterator, Mapping
from typing import Final

from commands.check.findings import Findings, message_of
from program_files import Problem
from program_files.text.problems import Severity

_COMMANDS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "note": "notice"}


def github(findings: Findings) -> Iterator[str]:
    """`::error file=...,line=...,col=...,endColumn=...,title=...::message` each."""
    return (_command(problem, findings) for problem in findings.problems)


def _command(problem: Problem, findings: Findings) -> str:
    place, token = problem.place, findings.lines.token(problem.place)
    properties = {"file": findings.path(place), "line": place.line, "col": place.column}
    if token is not None:
        properties["endColumn"] = token.end
    properties["title"] = problem.code
    listed = ",".join(f"{name}={_in_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[problem.severity]} {listed}::{_in_message(message_of(problem))}"


def _in_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_message(text).replace(":", "%3A").replace(",", "%2C")
