"""SARIF 2.1.0: what the standard requires, and what code scanning reads."""

import json
from typing import Any

import pytest

from commands.check.findings import Findings
from commands.check.sarif import sarif
from loyalty.program.logic import Place
from program_files import Problem
from program_files.codes import CODES

TEXT = "reactor: ż\nwhen: {'==': [{var: \"member.teir\"}, gold]}\n"
PATH = Problem(Place("reactors/a.yaml", 2, 21), "unknown-path", "member.teir is unknown", "member.tier")
DEFAULT = Problem(Place("reactors/a.yaml", 2, 1), "may-be-missing", "when may be missing", '{"var": ["when", 0]}')
FOLDER = Problem(Place("reactor", 1, 1), "unknown-folder", "not read", "reactors", "warning")


def run_of(*problems: Problem, root: str = "programs/shop") -> Any:
    """The one run of a log."""
    log = json.loads(sarif(Findings(root, problems, {"reactors/a.yaml": TEXT.encode()}), version="1.2.3"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    return run


def test_every_code_is_a_rule_with_help() -> None:
    driver = run_of()["tool"]["driver"]

    assert (driver["name"], driver["version"]) == ("laurel", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(CODES)
    for rule in driver["rules"]:
        code = CODES[rule["id"]]
        assert rule["help"] == {"text": code.cure}
        assert rule["shortDescription"] == {"text": code.meaning}
        assert rule["fullDescription"]["text"].startswith(code.meaning)
        assert rule["defaultConfiguration"] == {"level": code.severity}
        assert "helpUri" not in rule


def test_a_clean_program_is_a_run_with_no_results_so_that_old_alerts_are_closed() -> None:
    assert run_of()["results"] == []


def test_a_result_points_to_the_word_in_characters() -> None:
    run = run_of(PATH)

    (result,) = run["results"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert (result["ruleId"], result["level"]) == ("unknown-path", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unknown-path"
    assert result["message"] == {"text": "member.teir is unknown. Did you mean member.tier?"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "programs/shop/reactors/a.yaml"},
                "region": {"startLine": 2, "startColumn": 21, "endColumn": 33},
            }
        }
    ]


def test_a_near_word_is_a_fix_that_puts_it_between_the_quotes() -> None:
    (result,) = run_of(PATH)["results"]

    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert fix["description"] == {"text": "Write member.tier"}
    assert change["artifactLocation"] == {"uri": "programs/shop/reactors/a.yaml"}
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 22, "endColumn": 33},
            "insertedContent": {"text": "member.tier"},
        }
    ]
    region = change["replacements"][0]["deletedRegion"]
    assert TEXT.splitlines()[1][region["startColumn"] - 1 : region["endColumn"] - 1] == "member.teir"


def test_a_suggestion_that_is_no_word_is_only_in_the_message() -> None:
    (result,) = run_of(DEFAULT)["results"]

    assert "fixes" not in result
    assert result["message"]["text"].endswith('Did you mean {"var": ["when", 0]}?')


def test_a_folder_has_no_lines() -> None:
    (result,) = run_of(FOLDER)["results"]

    assert result["level"] == "warning"
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "programs/shop/reactor"}}}]
    assert "fixes" not in result


@pytest.mark.parametrize(
    ("root", "uri"),
    [
        (".", "reactors/a.yaml"),
        ("my programs/50%:#ż", "my%20programs/50%25%3A%23%C5%BC/reactors/a.yaml"),
        ("/srv/a b", "file:///srv/a%20b/reactors/a.yaml"),
        ("\udcff", "%FF/reactors/a.yaml"),
    ],
)
def test_a_path_is_a_uri(root: str, uri: str) -> None:
    (result,) = run_of(PATH, root=root)["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}
