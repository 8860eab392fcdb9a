"""The problems of a program as lines of text, and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from commands.shared.terminal_text import printable
from program_files import Problem


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield one line `file:line:column: code: message` for each problem."""
    for problem in problems:
        yield printable(str(problem))


def problem_count(problems: Sequence[Problem]) -> str:
    """Return the numbers of errors, warnings and notes, as in `2 problems, 1 warning`."""
    numbers = Counter(problem.severity for problem in problems)
    counted = ((numbers["error"], "problem"), (numbers["warning"], "warning"), (numbers["note"], "note"))
    return ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in counted if number)


def problems_as_json(problems: Sequence[Problem], store: str | None) -> str:
    """Return a JSON object of `store` (null if the program cannot be used) and `problems`. Its keys are stable."""
    return json.dumps({"store": store, "problems": [problem_as_json(problem) for problem in problems]})


def problem_as_json(problem: Problem) -> Mapping[str, object]:
    """Return one problem; the keys are stable."""
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "code": problem.code,
        "message": problem.message,
        "suggestion": problem.suggestion,
        "severity": problem.severity,
    }
