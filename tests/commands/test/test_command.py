"""`laurel test`: what it prints, where it writes, and how it ends."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from commands.test import text
from commands.test.output import ReportOptions, run_and_report
from commands.test.suite import Selection, run_suite
from commands.test.watch import run_again
from tests.kit import processes, programs
from tests.kit.paths import ROOT
from workbench.scenarios.coverage import DEFINITION, CoverageReport

COFFEE_SHOP = ROOT / "programs" / "coffee-shop"
GOOD = """\
test: a purchase pays
at: 2024-05-01
tags: [till]
steps: [{event: purchase, body: {total: 5}}, {expect: {points: 5}}]
"""
BAD = GOOD.replace("a purchase pays", "it pays <more> & 'more'").replace("points: 5", "points: 6")
SKIPPED = 'test: nobody knows\nat: 2024-05-01\nskip: "not\\u0001 decided"\nsteps: [{expect: {points: 5}}]\n'


def folder(path: Path, **tests: str) -> Path:
    """A small coffee shop with tests of these names."""
    files = programs.files() | {f"tests/{name}.yaml": content.encode() for name, content in tests.items()}
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def laurel(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`laurel test` as a process, to its end."""
    return processes.laurel("test", *arguments)


def test_the_example_program_passes_its_tests_which_reach_all_that_can_happen_in_it() -> None:
    outcome = run_suite(COFFEE_SHOP, Selection())

    assert (outcome.count("failed"), outcome.count("skipped")) == (0, 0)
    assert outcome.count("passed") >= 15
    assert outcome.covered is not None
    assert [f"{part.owner}: {part.words} {part.lack}" for part in outcome.covered.missing] == []


def test_tests_that_pass_end_with_0_and_a_line(tmp_path: Path) -> None:
    done = laurel(folder(tmp_path, good=GOOD, skipped=SKIPPED), "--no-coverage")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"skipped: nobody knows: not\\x01 decided\n1 passed, 1 skipped in \d+\.\d\d s\n", done.stdout)


def test_a_failed_test_is_printed_with_its_decisions_and_exits_with_1(tmp_path: Path) -> None:
    done = laurel(folder(tmp_path, bad=BAD), "--no-coverage")

    assert done.returncode == 1
    assert "tests/bad.yaml:4:64: points: expected 6, was 5\n" in done.stdout
    assert '2024-05-01 00:00 purchase {"total": 5}\n' in done.stdout
    assert "fired: points-for-purchase: it has no condition  (reactors/points-for-purchase.yaml:1:1)\n" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_test_that_fails_without_any_event_says_that_nothing_happened(tmp_path: Path) -> None:
    later = GOOD.replace("{points: 5}}]", "{points: 5}}, {wait: 1d}, {expect: {points: 0}}]")

    done = laurel(folder(tmp_path, bad=later), "--no-coverage")

    assert "tests/bad.yaml:4:99: points: expected 0, was 5\n" in done.stdout
    assert "since the expectations before, nothing happened to the member\n" in done.stdout


def test_problems_of_a_test_are_printed_like_those_of_a_program_and_exit_with_1(tmp_path: Path) -> None:
    path = folder(tmp_path, a=GOOD.replace("points: 5", "point: 5"), b=GOOD.replace("purchase,", "purchse,"))

    done, as_json, as_junit = laurel(path), laurel(path, "--format", "json"), laurel(path, "--format", "junit")

    assert [done.returncode, as_json.returncode, as_junit.returncode] == [1, 1, 1]
    assert "tests/a.yaml:4:56: unknown-key: key point is unknown. Did you mean points?\n" in done.stdout
    assert [problem["file"] for problem in json.loads(as_json.stdout)["problems"]] == [
        "tests/a.yaml",
        "tests/b.yaml",
        "tests/b.yaml",
    ]
    assert len(Xml.fromstring(as_junit.stdout).findall("testsuite/testcase/error")) == 3


def test_problems_of_the_program_are_printed_before_those_of_its_tests(tmp_path: Path) -> None:
    path = folder(tmp_path, a=GOOD)
    (path / "reactors" / "wrong.yaml").write_text("reactor: wrong\non: purchse\nthen: [{award_points: {points: 1}}]\n")

    done = laurel(path)

    assert done.returncode == 1
    assert "reactors/wrong.yaml:2:5: unknown-event-type" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-k", "nothing"], "none of 2 tests fits"),
        (["--tag", "tll"], "no test has the tag tll: there is till"),
        (["--fail-under", "101"], "--fail-under is a percentage from 0 to 100, not 101"),
        (["--fail-under", "nan"], "--fail-under is a percentage from 0 to 100, not nan"),
        (["--fail-under", "90", "--no-coverage"], "--fail-under needs the coverage"),
        (["--format", "junit", "--output", "/nowhere/report.xml"], "/nowhere/report.xml: No such file"),
        (["--format", "xml"], "xml"),
    ],
)  # fmt: skip
def test_a_wrong_call_exits_with_2_and_explains_why(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = laurel(folder(tmp_path, good=GOOD, skipped=SKIPPED), *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_none_or_has_no_tests_ends_with_2(tmp_path: Path) -> None:
    nowhere, without = laurel(tmp_path / "nowhere"), laurel(folder(tmp_path / "shop"))

    assert (nowhere.returncode, without.returncode) == (2, 2)
    assert "nowhere is not a folder" in nowhere.stderr
    assert "has no tests: write one in" in without.stderr


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(), ["a purchase pays", "nobody knows"]),
        (Selection(filter="KNOWS"), ["nobody knows"]),
        (Selection(filter="tests/good"), ["a purchase pays"]),
        (Selection(filter="a * pays"), ["a purchase pays"]),
        (Selection(filter="tests/*.yaml"), ["a purchase pays", "nobody knows"]),
        (Selection(filter="tests/good.y[ab]ml"), ["a purchase pays"]),
        (Selection(tags=("till",)), ["a purchase pays"]),
    ],
)
def test_tests_are_chosen_by_name_file_and_tag(tmp_path: Path, selection: Selection, names: list[str]) -> None:
    outcome = run_suite(folder(tmp_path, good=GOOD, skipped=SKIPPED), selection)

    assert [test.result.scenario.name for test in outcome.tests] == names
    assert (outcome.covered is not None) is selection.is_all


def test_a_name_may_have_signs_of_a_glob(tmp_path: Path) -> None:
    bracketed = GOOD.replace("a purchase pays", "a purchase [on the web] pays")

    outcome = run_suite(folder(tmp_path, good=bracketed, skipped=SKIPPED), Selection(filter="[on the web]"))

    assert [test.result.scenario.name for test in outcome.tests] == ["a purchase [on the web] pays"]


def test_fail_fast_stops_at_the_first_that_fails(tmp_path: Path) -> None:
    outcome = run_suite(folder(tmp_path, a=BAD, b=GOOD), Selection(fail_fast=True))

    assert (outcome.count("failed"), outcome.count("passed"), outcome.not_run) == (1, 0, 1)


def test_too_little_coverage_ends_with_1(tmp_path: Path) -> None:
    path = folder(tmp_path, good=GOOD)

    low, enough = laurel(path, "--fail-under", "50"), laurel(path, "--fail-under", "40")

    assert (low.returncode, enough.returncode) == (1, 0)
    assert "coverage 40 %: 2 of 5 parts, --fail-under wants 50 %\n" in low.stdout
    assert "not reached: achievements/seven-days.yaml:1:1: achievement/seven-days: none of its 3 parts\n" in low.stdout


def test_json_holds_all_of_tests_and_coverage(tmp_path: Path) -> None:
    path = folder(tmp_path, a=BAD, b=GOOD, c=SKIPPED)

    results = json.loads(laurel(path, "--format", "json").stdout)

    bad, good, skipped = results["tests"]
    assert (results["good"], results["passed"], results["failed"], results["skipped"]) == (False, 1, 1, 1)
    assert bad["misses"] == [
        {"file": "tests/a.yaml", "line": 4, "column": 64, "key": "points", "expected": "6", "actual": "5"}
    ]
    assert [event["type"] for event in bad["events"]] == ["purchase"]
    assert bad["events"][0]["answers"][0]["source"] == "reactor/points-for-purchase"
    assert (good["verdict"], good["tags"], good["file"], good["line"]) == ("passed", ["till"], "tests/b.yaml", 1)
    assert (skipped["verdict"], skipped["skip"]) == ("skipped", "not\u0001 decided")
    assert (results["coverage"]["percent"], results["coverage"]["definition"]) == (40, DEFINITION)
    assert results["coverage"]["kinds"]["reactor"] == {"parts": 1, "reached": 1}
    assert results["coverage"]["missing"][0]["message"] == "seven-days was never completed"


def test_a_failure_shows_which_event_together_did_what(tmp_path: Path) -> None:
    test = """\
test: t
at: 2024-05-01
steps:
  - together:
      - {event: app_login}
      - {event: purchase, body: {total: 5}, repeat: 12}
      - {event: app_login}
  - expect: {points: 6}
"""
    path = folder(tmp_path, a=test)

    text_form = laurel(path).stdout.splitlines()
    json_form = json.loads(laurel(path, "--format", "json").stdout)

    start = text_form.index("  what decided, since the expectations before:") + 1
    assert text_form[start : start + 3] == [
        "    together 1: app_login -> seven-days 1/7",
        "    together 2 to 6: purchase -> +5 points by reactor/points-for-purchase",
        '    2024-05-01 00:00 purchase {"total": 5}  (together 7 of 14, tests/a.yaml:6:9)',
    ]
    assert "    2024-05-01 00:00 app_login  (together 14 of 14, tests/a.yaml:7:9)" in text_form
    numbers = [event["together"]["number"] for event in json_form["tests"][0]["events"]]
    assert numbers == list(range(1, 15))
    assert json_form["tests"][0]["events"][1]["together"] == {
        "number": 2, "of": 14, "file": "tests/a.yaml", "line": 6, "column": 9
    }  # fmt: skip


def test_junit_xml_is_what_ci_servers_read_and_text_goes_to_the_terminal(tmp_path: Path) -> None:
    path, report = folder(tmp_path, a=BAD, b=GOOD, c=SKIPPED), tmp_path / "report.xml"

    done = laurel(path, "--format", "junit", "--output", report)

    root = Xml.fromstring(report.read_text())
    bad, good, skipped = root.findall("testsuite/testcase")
    assert done.stdout.splitlines()[0].startswith("FAILED it pays <more> & ")
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "1")
    assert bad.get("name") == "it pays <more> & 'more'"
    assert (good.get("file"), good.get("line"), good.get("classname")) == (f"{path}/tests/b.yaml", "1", "tests.b")
    assert all(float(case.get("time", "-1")) >= 0 for case in (bad, good, skipped))
    failure, skip = bad.find("failure"), skipped.find("skipped")
    assert failure is not None
    assert failure.get("message") == "points: expected 6, was 5"
    assert "fired: points-for-purchase" in (failure.text or "")
    assert skip is not None
    assert skip.get("message") == "not\\u0001 decided"


def test_watching_runs_again_after_every_save_also_of_a_broken_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, a=GOOD)

    def notices() -> Iterator[list[str]]:
        (path / "tests" / "a.yaml").write_text("test: [")
        yield [str(path / "tests" / "a.yaml")]
        shutil.rmtree(path / "tests")
        yield [str(path / "tests" / "a.yaml")]
        shutil.rmtree(path)
        yield [str(path)]
        folder(path, a=GOOD)
        yield []
        yield []

    run_again(Selection(coverage=False), ReportOptions(path, "text"), notices())

    runs = capsys.readouterr().out.split("watching for changes; Ctrl-C ends\n")
    assert len(runs) == 6
    assert [run.count("1 passed") for run in runs] == [1, 0, 0, 0, 1, 0]
    assert "tests/a.yaml:2:1: not-yaml" in runs[1]
    assert "missing-folder" in runs[3]


def test_watching_sees_a_folder_that_is_moved_and_a_file_that_is_saved_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, report = folder(tmp_path, a=GOOD), tmp_path / "report.json"

    def notices() -> Iterator[list[str]]:
        yield [str(report)]
        (path / "tests").rename(path / "kept")
        yield [str(path / "tests"), str(path / "kept")]
        (path / "kept").rename(path / "tests")
        yield []
        yield [str(path / "tests" / "a.yaml")]
        yield [str(path / "notes.txt")]

    run_again(Selection(coverage=False), ReportOptions(path, "json", report), notices())

    runs = capsys.readouterr().out.split("watching for changes; Ctrl-C ends\n")
    assert [run.count("1 passed") for run in runs] == [1, 0, 1, 1, 0]


def test_colours_are_for_terminals_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path, a=BAD)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)

    run_and_report(Selection(), ReportOptions(path, "text"))
    with_colours = capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run_and_report(Selection(), ReportOptions(path, "text"))

    assert "\x1b[31mFAILED" in with_colours
    assert "\x1b" not in capsys.readouterr().out


def test_a_percentage_is_never_rounded_up() -> None:
    nearly = CoverageReport(tuple(range(3000)), (1,))  # type: ignore[arg-type]  # only their number matters

    assert text.percent(nearly) == "99.9 %"
    assert text.percent(CoverageReport((), ())) == "100 %"
    assert nearly.percent < Decimal(100)


def test_it_does_not_wait_for_what_it_does_not_need(tmp_path: Path) -> None:
    path = folder(tmp_path, a=GOOD)
    code = f"import sys, cli\nsys.argv = ['laurel', 'test', {str(path)!r}]\ntry: cli.main()\nexcept SystemExit: pass\n"
    code += "print(sorted({'fastapi', 'temporalio', 'sqlalchemy', 'pydantic', 'watchfiles'} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )

    assert done.stdout.splitlines()[-1] == "[]"


# -- the page


def blocks(language: str) -> list[str]:
    """The code blocks of the page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "testing.md").read_text("utf-8"), re.DOTALL)


def test_the_tests_of_the_page_pass_but_for_the_one_that_shows_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "shop"
    shutil.copytree(COFFEE_SHOP, path, ignore=shutil.ignore_patterns("tests"))
    (path / "tests").mkdir()
    for block in blocks("yaml"):
        (path / block.splitlines()[0].removeprefix("# ")).write_text(block, "utf-8")

    outcome = run_suite(path, Selection())

    (wrong,) = [test for test in outcome.tests if test.result.verdict == "failed"]
    (shown,) = blocks("text")
    assert wrong.result.scenario.place.file == "tests/wrong.yaml"
    assert shown == text.failure_text(wrong, outcome.program.zone) + "\n"
    assert (outcome.count("passed"), outcome.count("skipped")) == (7, 1)


def test_the_page_defines_coverage_as_the_command_does() -> None:
    page = (ROOT / "docs" / "testing.md").read_text("utf-8")

    (said,) = re.findall(r"<!-- the definition.*?-->\n(.*?)\n\n", page, re.DOTALL)

    assert " ".join(said.split()) == f"Coverage is {DEFINITION}."


def test_every_key_that_can_be_expected_is_in_the_page() -> None:
    from program_files.grammar.expectations import EXPECT
    from program_files.grammar.tests import MEMBER_MAP

    page = (ROOT / "docs" / "testing.md").read_text("utf-8")

    keys = (*EXPECT.by_name, *MEMBER_MAP.by_name)
    assert [key for key in keys if f"`{key}`" not in page and f"`{key}: false`" not in page] == []
