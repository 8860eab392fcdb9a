"""The result of tests as JUnit XML, for CI servers: one suite for each file."""

import re
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as Xml  # used to write only; parsing untrusted XML would be unsafe

from commands.test.suite import SuiteResult
from commands.test.text import failure_text, percent
from program_files import ProgramFaults
from workbench.scenarios.suite import TimedResult

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(results: SuiteResult, folder: Path) -> str:
    """Return the whole document; paths are relative to the current folder."""
    root = Xml.Element("testsuites", _counts("laurel test", results.tests))
    for file, tests in groupby(results.tests, key=lambda test: test.result.scenario.place.file):
        listed = list(tests)
        path = (folder / file).as_posix()
        suite = Xml.SubElement(root, "testsuite", _counts(file, listed) | {"errors": "0", "file": path})
        if results.covered is not None:
            properties = Xml.SubElement(suite, "properties")
            Xml.SubElement(properties, "property", {"name": "coverage", "value": percent(results.covered)})
        for test in listed:
            _add(suite, test, path, results)
    return _document(root)


def faults_as_junit(faults: ProgramFaults, folder: Path) -> str:
    """Return the document for a program with errors: no test was run, and each fault is an error."""
    number = str(len(faults.problems))
    root = Xml.Element("testsuites", {"name": "laurel test", "tests": number, "errors": number, "failures": "0"})
    suite = Xml.SubElement(root, "testsuite", {"name": "reading", "tests": number, "errors": number, "failures": "0"})
    for problem in faults.problems:
        place = problem.place
        about = {"classname": "reading", "name": _legal(str(place)), "file": (folder / place.file).as_posix()}
        case = Xml.SubElement(suite, "testcase", about | {"line": str(place.line), "time": "0"})
        Xml.SubElement(case, "error", {"type": problem.code, "message": _legal(str(problem))})
    return _document(root)


def _document(root: Xml.Element) -> str:
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _add(suite: Xml.Element, test: TimedResult, path: str, results: SuiteResult) -> None:
    scenario = test.result.scenario
    about = {
        "classname": scenario.place.file.rsplit(".", 1)[0].replace("/", "."),
        "name": _legal(scenario.name),
        "file": path,
        "line": str(scenario.place.line),
        "time": f"{test.seconds:.6f}",
    }
    case = Xml.SubElement(suite, "testcase", about)
    if scenario.skip:
        Xml.SubElement(case, "skipped", {"message": _legal(scenario.skip)})
    if test.result.mismatches:
        first = test.result.mismatches[0]
        message = f"{first.key}: expected {first.expected}, was {first.actual}"
        failure = Xml.SubElement(case, "failure", {"type": "expectation", "message": _legal(message)})
        failure.text = _legal(failure_text(test, results.program.zone))


def _counts(name: str, tests: tuple[TimedResult, ...] | list[TimedResult]) -> dict[str, str]:
    verdicts = [test.result.verdict for test in tests]
    return {
        "name": name,
        "tests": str(len(tests)),
        "failures": str(verdicts.count("failed")),
        "skipped": str(verdicts.count("skipped")),
        "time": f"{sum(test.seconds for test in tests):.6f}",
    }


def _legal(text: str) -> str:
    """Return the text with characters that XML does not allow escaped."""
    return _ILLEGAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
