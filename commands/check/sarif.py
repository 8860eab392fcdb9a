"""Problems as a SARIF 2.1.0 log, for code scanning and the viewers of editors.

Columns count characters and paths are relative to the current folder, as `uploadSARIF` and editors expect.
"""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from commands.check.findings import Findings, message_of
from program_files import Problem
from program_files.codes import CODES, Code
from workbench.cures import Cure

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ORDER = {code: index for index, code in enumerate(CODES)}


def sarif(findings: Findings, *, version: str) -> str:
    """Return the log of one run, with every code as a rule; a program without problems has a run without results."""
    driver = {"name": "laurel", "version": version, "rules": [_rule(code, what) for code, what in CODES.items()]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, findings) for problem in findings.problems],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(code: str, what: Code) -> Mapping[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": what.meaning},
        "fullDescription": {"text": f"{what.meaning} {what.cure}"},
        "help": {"text": what.cure},
        "defaultConfiguration": {"level": what.severity},
    }


def _result(problem: Problem, findings: Findings) -> Mapping[str, Any]:
    place, artifact = problem.place, {"uri": _uri(findings.path(problem.place))}
    location: dict[str, Any] = {"artifactLocation": artifact}
    if place.file in findings.files:
        token = findings.lines.token(place)
        end = {} if token is None else {"endColumn": token.end}
        location["region"] = {"startLine": place.line, "startColumn": place.column, **end}
    result = {
        "ruleId": problem.code,
        "ruleIndex": _ORDER[problem.code],
        "level": problem.severity,
        "message": {"text": message_of(problem)},
        "locations": [{"physicalLocation": location}],
    }
    cure = findings.lines.cure(problem)
    return result if cure is None else {**result, "fixes": [_fix(cure, artifact)]}


def _fix(cure: Cure, artifact: Mapping[str, str]) -> Mapping[str, Any]:
    region = {"startLine": cure.line, "startColumn": cure.start, "endColumn": cure.end}
    replacement = {"deletedRegion": region, "insertedContent": {"text": cure.text}}
    return {
        "description": {"text": f"Write {cure.text}"},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
    }


def _uri(path: str) -> str:
    uri = quote(os.fsencode(path), safe="/")
    return f"file://{uri}" if path.startswith("/") else uri
