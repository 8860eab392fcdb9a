"""Checks a folder, or the files of one: the program and the program's tests."""

from collections.abc import Mapping
from datetime import datetime

from loyalty.program.program import Program
from program_files.folders.folder import Contents, only_tests
from program_files.folders.layout import TESTS
from program_files.reading import Report, check_program
from program_files.text.problems import Problem, in_order


def check_contents(contents: Contents, *, now: datetime) -> Report:
    """Return all problems of a folder and its files, and the program if none is an error."""
    if not contents.is_whole:
        return Report(None, contents.problems)
    unread = [path for path in contents.unread if path.split("/")[0] != TESTS]
    report = check_program(contents.files, now=now, unread=unread)
    test_problems = () if report.program is None else _test_problems(contents, report.program)
    problems = in_order((*contents.problems, *report.problems, *test_problems))
    is_right = all(problem.severity != "error" for problem in problems)
    return Report(report.program if is_right else None, problems)


def check_files(files: Mapping[str, bytes], *, now: datetime) -> Report:
    """Return all problems of the files of a folder, tests among them, and the program if none is an error."""
    return check_contents(Contents(files, (), (), is_whole=True), now=now)


def _test_problems(contents: Contents, program: Program) -> tuple[Problem, ...]:
    """Return the problems of the tests, which can be checked only against a program without errors."""
    tests = only_tests(contents.files)
    if not tests:
        return ()
    from workbench.scenarios.files.tests import check_tests  # needs the engine, and many programs have no tests

    return check_tests(tests, program)
