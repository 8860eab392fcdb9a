"""Problems for a person, one a line; and for a script, as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence

from program_files import Problem


def lines(problems: Sequence[Problem]) -> Iterator[str]:
    """`file:line:column: code: message` each, on one line whatever names are in it."""
    for problem in problems:
        yield on_one_line(str(problem))


def on_one_line(text: str) -> str:
    """A text that moves no cursor and clears no screen, whatever names are in it."""
    return text if text.isprintable() else "".join(map(_printable, text))


def count(problems: Sequence[Problem]) -> str:
    """How many there are: `2 problems, 1 warning`."""
    warnings = sum(problem.severity == "warning" for problem in problems)
    counted = ((len(problems) - warnings, "problem"), (warnings, "warning"))
    return ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in counted if number)


def as_json(problems: Sequence[Problem], store: str | None) -> str:
    """An object of `store` (null where the program cannot be used) and `problems`. Its keys are stable."""
    return json.dumps({"store": store, "problems": [problem_as_json(problem) for problem in problems]})


def problem_as_json(problem: Problem) -> Mapping[str, object]:
    """One problem; the keys are stable."""
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "code": problem.code,
        "message": problem.message,
        "suggestion": problem.suggestion,
        "severity": problem.severity,
    }


def _printable(character: str) -> str:
    return character if character.isprintable() else repr(character)[1:-1]
