"""Every cure that `laurel check` offers is right: applied, the problem is gone, and no error has taken its place."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
import yaml

from program_files import Problem, check_program
from program_files.codes import CODES
from program_files.codes.code import BASE, Example
from tests.program_files.cases import CASES, GOOD
from tests.workbench.editor.whole import FILES
from workbench.cures import Lines
from workbench.problems_page import NOW, problems_of

Files = Mapping[str, bytes]
Check = Callable[[Files], Sequence[Problem]]


def of_program(files: Files) -> Sequence[Problem]:
    return check_program(files, now=NOW).problems


def of_folder(files: Files) -> Sequence[Problem]:
    return problems_of({path: content.decode() for path, content in files.items()})


def offered() -> Iterator[tuple[Files, Check, Problem]]:
    """Every problem with a suggestion, among the wrong files of the tests and of docs/problems.md."""
    wrong: list[tuple[Files, Check]] = [
        ({**GOOD, path: content.encode() if isinstance(content, str) else content}, of_program)
        for path, content, _ in CASES
    ]
    examples = (what.example for what in CODES.values() if isinstance(what.example, Example))
    wrong += [({path: text.encode() for path, text in {**BASE, **each.wrong}.items()}, of_folder) for each in examples]
    for files, check in wrong:
        for problem in check(files):
            if problem.suggestion is not None and problem.place.file in files:
                yield files, check, problem


def cured(files: Files, problem: Problem) -> Files | None:
    """The files with the suggestion in place of the word, or else of the whole value, at the place of a problem."""
    place, suggestion = problem.place, problem.suggestion
    assert suggestion is not None
    lines = files[place.file].decode("utf-8-sig").splitlines(keepends=True)
    at = sum(map(len, lines[: place.line - 1])) + place.column - 1
    text = "".join(lines)
    token = Lines(files).cure(problem)
    if token is not None:
        first, end = at - place.column + token.start, at - place.column + token.end
    else:
        ends = [node.end_mark.index for node in _nodes(yaml.compose(text)) if node.start_mark.index == at]
        if problem.code in INSERTED:
            first, end, suggestion = at, at, f"{suggestion}, "
        elif ends:
            first, end = at, max(ends)
        elif text[at] == "*":  # an alias, which is read as what it stands for
            first, end = at, at + len(re.match(r"\*\w+", text[at:])[0])
        else:
            return None
    return {**files, place.file: (text[:first] + suggestion + text[end:]).encode()}


INSERTED = {"missing-type"}
"""Problems whose suggestion is added before the key at their place."""
ELSEWHERE = {"misplaced-file", "not-read"}
"""Problems whose suggestion is not about the text of a file."""


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield from _nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _nodes(each)


@pytest.mark.parametrize(
    ("files", "check", "problem"),
    [each for each in offered() if each[2].code not in ELSEWHERE],
    ids=lambda value: str(value)[:90] if isinstance(value, Problem) else "",
)
def test_a_cure_that_is_applied_removes_its_problem_and_makes_no_error(
    files: Files, check: Check, problem: Problem
) -> None:
    corrected = cured(files, problem)

    assert corrected is not None, "the suggestion is to replace something at the place of the problem"
    after = check(corrected)
    assert [str(each) for each in after if (each.place, each.code) == (problem.place, problem.code)] == []
    assert _errors(after) <= _errors(check(files)), list(map(str, after))


def _errors(problems: Sequence[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


def _misspelt_keys() -> Iterator[tuple[str, int, str, str]]:
    """Each key of a program that uses all keys, without one of its inner letters: file, position, key, misspelt key."""
    for path, content in FILES.items():
        text = content.decode()
        for node in _nodes(yaml.compose(text)):
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if re.fullmatch("[a-z_]{4,}", key.value):
                    at = len(key.value) // 2
                    yield path, key.start_mark.index, key.value, key.value[:at] + key.value[at + 1 :]


def test_a_cure_of_a_misspelt_key_is_the_key_that_was_meant() -> None:
    right, other = 0, []
    for path, at, key, misspelt in _misspelt_keys():
        text = FILES[path].decode()
        files = {**FILES, path: (text[:at] + misspelt + text[at + len(key) :]).encode()}
        there = (path, text[:at].count("\n") + 1, at - (text.rfind("\n", 0, at) + 1) + 1)
        for problem in of_program(files):
            place = problem.place
            if problem.suggestion is not None and (place.file, place.line, place.column) == there:
                corrected = cured(files, problem)
                if corrected is not None and corrected[path] == FILES[path]:
                    right += 1
                else:
                    other.append(f"{path}: {misspelt} for {key}: {problem.suggestion}")

    assert (right > 100, other) == (True, [])
