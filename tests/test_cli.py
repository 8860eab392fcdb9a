"""The command line, as its users call it: processes, exit codes, what they print."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit import programs
from tests.kit.json_logic import EXAMPLES
from tests.kit.paths import ROOT
from tests.kit.processes import laurel, write


def test_a_right_program_is_reported_as_right(tmp_path: Path) -> None:
    done = laurel("check", write(tmp_path, programs.files()))

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 reactors, 1 achievements" in done.stdout


def test_a_problem_is_printed_with_file_line_and_column(tmp_path: Path) -> None:
    wrong = "reactor: points-for-purchase\non: purchase\nwhen: {'==': [{var: member.teir}, gold]}\nthen: []\n"
    files = programs.files(**{"reactors__points-for-purchase": wrong})

    done = laurel("check", write(tmp_path, files))

    assert done.returncode == 1
    assert (
        "reactors/points-for-purchase.yaml:3:21: unknown-path: member.teir is unknown. Did you mean member.tier?"
        in done.stdout
    )


def test_problems_are_printed_as_json(tmp_path: Path) -> None:
    files = programs.files(**{"reactors__points-for-purchase": "reactor: a\non: purchse\nthen: [{grant_badge: b}]\n"})

    done = laurel("check", write(tmp_path, files), "--format", "json")

    (problem,) = json.loads(done.stdout)["problems"]
    assert done.returncode == 1
    assert (problem["file"], problem["line"], problem["column"]) == ("reactors/points-for-purchase.yaml", 2, 5)
    assert problem["suggestion"] == "purchase"


@pytest.mark.parametrize("arguments", [["check"], ["check", "a", "b"], ["chek"], ["check", "x", "--format", "xml"]])
def test_a_wrong_call_exits_with_2(arguments: list[str]) -> None:
    assert laurel(*arguments).returncode == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = laurel("check", tmp_path / "nowhere")

    assert done.returncode == 2
    assert "nowhere" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_json_logic_is_evaluated_line_by_line_and_exactly() -> None:
    lines = [
        '{"rule": {"+": [0.1, 0.2]}}',
        '{"rule": {"var": "a.1"}, "data": {"a": [1, 12345678901234567890.5]}}',
        '{"rule": {"<": [1, {"var": "n"}, 3]}, "data": {"n": 2}}',
    ]

    done = laurel("evaluate", stdin="\n".join(lines))

    assert done.stdout.splitlines() == ['{"result": 0.3}', '{"result": 12345678901234567890.5}', '{"result": true}']


def test_a_wrong_rule_is_an_error_of_its_own_line() -> None:
    done = laurel("evaluate", stdin='{"rule": {"fliter": [1]}}\n{"rule": 1}\n')

    wrong, right = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert "fliter" in wrong["error"]
    assert right == {"result": 1}


@pytest.mark.parametrize("line", ["{", "[]", '{"data": {}}', '{"rule": NaN}', '{"rule": 1, "rule": 2}'])
def test_a_malformed_line_gets_an_error_and_the_others_their_results(line: str) -> None:
    done = laurel("evaluate", stdin=f'{{"rule": 1}}\n{line}\n{{"rule": 2}}\n')

    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [list(answer) for answer in answers] == [["result"], ["error"], ["result"]]


def test_null_is_a_malformed_line_too() -> None:
    done = laurel("evaluate", stdin='{"rule": 1}\nnull\n')

    assert done.returncode == 2
    assert [list(json.loads(answer)) for answer in done.stdout.splitlines()] == [["result"], ["error"]]


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["up", "--port", "99999"], {}, "65535"),
        (["up", "--temporal-port", "8000"], {}, "three different ports"),
        (["up", "--data", "/proc/nowhere/x"], {}, "/proc/nowhere"),
        (["deploy", "PROGRAM", "--data", "nowhere"], {}, "nothing was ever started in nowhere"),
        (["deploy", "PROGRAM"], {"LAUREL_DATABASE_URL": "mysql://x/y"}, "LAUREL_DATABASE_URL names mysql"),
        (["deploy", "PROGRAM"], {"LAUREL_DATABASE_URL": "postgresql://127.0.0.1:9/x"}, "the database does not answer"),
        (["audit"], {"LAUREL_DATABASE_URL": "sqlite:///"}, "LAUREL_DATABASE_URL names no file"),
        (["audit"], {"LAUREL_DATABASE_URL": "sqlite:///:memory:"}, "LAUREL_DATABASE_URL names no file"),
        (["audit"], {"LAUREL_DATABASE_URL": "nonsense"}, "LAUREL_DATABASE_URL is no database address"),
        (["api"], {"LAUREL_TEMPORAL_UI": "javascript:alert(1)"}, "LAUREL_TEMPORAL_UI is no address of a web page"),
        (["api"], {"LAUREL_DATABASE_URL": ""}, "LAUREL_DATABASE_URL is not set"),
        (["up"], {"LAUREL_WEBHOOK_ALLOW": "nope"}, "LAUREL_WEBHOOK_ALLOW"),
    ],
)
def test_an_error_of_the_call_is_printed_on_one_line(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    program = str(write(tmp_path / "program", programs.files()))
    given = [program if argument == "PROGRAM" else argument for argument in arguments]

    done = laurel(*given, **environment)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_rules_on_standard_input_are_evaluated_line_by_line() -> None:
    cases = [example for examples in EXAMPLES.values() for example in examples]

    done = laurel("evaluate", stdin="\n".join(json.dumps({"rule": rule, "data": data}) for rule, data, _ in cases))

    results = [json.loads(line)["result"] for line in done.stdout.splitlines()]
    assert results == [result for _, _, result in cases]


def test_the_demonstration_sees_every_step() -> None:
    done = laurel("demo")

    assert done.returncode == 0, done.stdout + done.stderr
    assert [f"progress {day}/7" in done.stdout for day in range(1, 8)] == [True] * 7
    assert "+100 points" in done.stdout
    assert done.stdout.rstrip().endswith("Every step was seen")


def test_check_imports_no_framework(tmp_path: Path) -> None:
    folder = write(tmp_path, programs.files())
    code = (
        f"import sys, cli; sys.argv = ['laurel', 'check', {str(folder)!r}]\ntry: cli.main()\nexcept SystemExit: pass\n"
    )
    code += "print(sorted({'fastapi', 'temporalio', 'sqlalchemy'} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )

    assert done.stdout.splitlines()[-1] == "[]"
