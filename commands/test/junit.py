"""The outcome of tests as JUnit XML, as CI servers read it: a suite is a file."""

import re
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as Xml  # written only: what is read may attack, what is written cannot

from commands.test.suite import Outcome, Timed
from commands.test.text import failure_text, percent
from program_files import ProgramFaults

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(outcome: Outcome, folder: Path) -> str:
    """The whole document. Files are named from where the command was called."""
    root = Xml.Element("testsuites", _counts("laurel test", outcome.tests))
    for file, tests in groupby(outcome.tests, key=lambda test: test.result.scenario.place.file):
        listed = list(tests)
        path = (folder / file).as_posix()
        suite = Xml.SubElement(root, "testsuite", _counts(file, listed) | {"errors": "0", "file": path})
        if outcome.covered is not None:
            properties = Xml.SubElement(suite, "properties")
            Xml.SubElement(properties, "property", {"name": "coverage", "value": percent(outcome.covered)})
        for test in listed:
            _add(suite, test, path, outcome)
    return _document(root)


def faults_as_junit(faults: ProgramFaults, folder: Path) -> str:
    """The document where no test could be run: every fault is an error of reading."""
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


def _add(suite: Xml.Element, test: Timed, path: str, outcome: Outcome) -> None:
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
    if test.result.misses:
        first = test.result.misses[0]
        message = f"{first.key}: expected {first.expected}, was {first.actual}"
        failure = Xml.SubElement(case, "failure", {"type": "expectation", "message": _legal(message)})
        failure.text = _legal(failure_text(test, outcome.program.zone))


def _counts(name: str, tests: tuple[Timed, ...] | list[Timed]) -> dict[str, str]:
    verdicts = [test.result.verdict for test in tests]
    return {
        "name": name,
        "tests": str(len(tests)),
        "failures": str(verdicts.count("failed")),
        "skipped": str(verdicts.count("skipped")),
        "time": f"{sum(test.seconds for test in tests):.6f}",
    }


def _legal(text: str) -> str:
    """Text with what XML cannot hold written out."""
    return _ILLEGAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
