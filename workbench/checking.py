"""A whole check: a folder as it lies on the disk, the program in it, and the program's tests."""

from datetime import datetime

from loyalty.program.program import Program
from program_files.folders.folder import Contents
from program_files.folders.layout import TESTS
from program_files.reading import Report, check_program
from program_files.text.problems import Problem, in_order


def check_contents(contents: Contents, *, now: datetime) -> Report:
    """What is or may be wrong with a folder and every file in it, in one go, and its program if nothing is."""
    if not contents.is_whole:
        return Report(None, contents.problems)
    unread = [path for path in contents.unread if path.split("/")[0] != TESTS]
    report = check_program(contents.files, now=now, unread=unread)
    of_tests = () if report.program is None else _of_tests(contents, report.program)
    problems = in_order((*contents.problems, *report.problems, *of_tests))
    is_right = all(problem.severity == "warning" for problem in problems)
    return Report(report.program if is_right else None, problems)


def _of_tests(contents: Contents, program: Program) -> tuple[Problem, ...]:
    """What is wrong with the tests; of a program with errors, nobody can say."""
    tests = {path: content for path, content in contents.files.items() if path.startswith(f"{TESTS}/")}
    if not tests:
        return ()
    from workbench.scenarios.files.tests import check_tests  # needs the engine, and many programs have no tests

    return check_tests(tests, program)
