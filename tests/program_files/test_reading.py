"""Every problem at its place, and all of them in one run."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.events.builtin_events import ANSWERED
from loyalty.program.logic import Place
from program_files import ProgramFaults, check_program, read_program, read_revision
from program_files.codes import CODES
from program_files.text.problems import MOST_PROBLEMS, Problems
from tests.kit import programs
from tests.program_files.cases import CASES, GOOD, PURCHASE, reactor, refund, then, when

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def problems_of(files: dict[str, bytes]) -> list[str]:
    """The lines that reading prints."""
    with pytest.raises(ProgramFaults) as raised:
        read_program(files)
    return [str(problem) for problem in raised.value.problems]


def codes(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """The problems of a program, by file."""
    return [(each.place.file, each.code) for each in check_program(files, now=NOW).problems]


@pytest.mark.parametrize(("path", "content", "line"), CASES, ids=[case[2][:70] for case in CASES])
def test_a_problem_is_one_line_that_points_and_says_the_cure(path: str, content: str | bytes, line: str) -> None:
    files = {**GOOD, path: content if isinstance(content, bytes) else content.encode()}

    found = problems_of(files)

    assert found == [line]


def test_the_rules_of_where_read_the_event_that_reverses_and_nothing_else() -> None:
    files = {
        **GOOD,
        "events/refund.yaml": refund("{event: purchase, where: {channel: {var: event.body.off}}}").encode(),
    }

    assert problems_of(files) == [
        "events/refund.yaml:3:52: unknown-path: event.body.off is unknown. Did you mean event.body.of?"
    ]


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("reactors/r.yaml", when('{"==": [{var: event.body.totl}, 5]}'), "unknown-path"),
        ("reactors/r.yaml", when('{">": [{var: event.body.tip}, 5]}'), "may-be-missing"),
        ("reactors/r.yaml", when("{var: event.body.total}"), "not-boolean"),
        ("reactors/r.yaml", when('{">": [1, 2]}'), "never-true"),
        ("reactors/r.yaml", then("award_points: {points: {var: event.body.channel}}"), "wrong-type"),
        (
            "reactors/r.yaml",
            then("grant_badge: early-bird") + "active: {from: 2026-02-01, until: 2026-01-01}\n",
            "ends-",
        ),
        ("reactors/r.yaml", "reactor: r\non: badge_granted\nthen: [{grant_badge: early-bird}]\n", "endless-cycle"),
        (
            "achievements/a.yaml",
            "achievement: a\non: purchase\nmeasure: days\nwindow: day\ngoal: 2\nthen: [{grant_badge: early-bird}]\n",
            "out-of-reach",
        ),
        ("events/e.yaml", "event: e\nbody: {type: object, propertis: {}}\n", "unknown-keyword"),
        (
            "events/e.yaml",
            "event: e\nbody: {type: object, minProperties: 2, maxProperties: 1}\n",
            "contradictory-schema",
        ),
        ("events/e.yaml", "event: e\nbody: {required: [totl], properties: {total: {}}}\n", "unknown-property"),
        (
            "events/e.yaml",
            "event: e\nbody: {type: object, properties: {a: {allOf: [{$ref: '#'}, {$ref: '#'}]}}}\n",
            "costly-schema",
        ),
    ],
)
def test_what_was_deployed_is_read_whole_though_it_would_be_refused_today(path: str, text: str, code: str) -> None:
    files = {**GOOD, path: text.encode()}

    (problem,) = problems_of(files)
    program = read_revision(files)

    assert f": {code}" in problem
    assert len(program.reactors) + len(program.achievements) + len(program.event_types) - len(ANSWERED) == 2


def test_a_rule_that_would_be_refused_today_is_what_it_was() -> None:
    rule = '{">": [{var: event.body.tip}, 5]}'

    (found,) = read_revision({**GOOD, "reactors/r.yaml": when(rule).encode()}).reactors

    assert found.when is not None
    assert [found.when.rule({"event": {"body": {"tip": tip}}}) for tip in (5, 6)] == [False, True]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("program.yaml", "store: DEFAULT\ntimezone: UTC\nspells: 3\n"),
        ("reactors/r.yaml", "reactor: r\non: nothing\nthen: [{grant_badge: early-bird}]\n"),
        ("reactors/r.yaml", then("grant_wish: x")),
        ("reactors/r.yaml", when("{wat: [1]}")),
        ("events/e.yaml", "event: e\nbody: {type: object, required: x}\n"),
        ("reactors/r.yaml", "reactor: ["),
    ],
)
def test_what_cannot_run_is_refused_whenever_it_was_deployed(path: str, text: str) -> None:
    with pytest.raises(ProgramFaults):
        read_revision({**GOOD, path: text.encode()})


def test_rules_that_take_too_long_to_check_together_are_refused_but_run_if_deployed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("program_files.text.problems.MOST_CHECKED", 50)
    rule = '{"<": [{reduce: [[1, 2], {"+": [{var: accumulator}, {var: current}]}, 0]}, {var: event.body.total}]}'
    files = {**GOOD} | {
        f"reactors/r{n}.yaml": when(rule).replace("reactor: r", f"reactor: r{n}").encode() for n in range(9)
    }

    found = problems_of(files)

    assert {problem.partition(": ")[2].partition(":")[0] for problem in found} == {"too-big"}
    assert 0 < len(found) < 9
    assert len(read_revision(files).reactors) >= 9


def test_a_program_without_its_own_file_is_none() -> None:
    files = {"rewards/coffee.yaml": b"reward: coffee\n"}

    found = problems_of(files)

    assert found == ["program.yaml:1:1: missing-program: a program needs the file program.yaml"]


def test_one_run_finds_every_problem_of_every_file_in_the_order_of_their_places() -> None:
    files = {
        **GOOD,
        "rewards/bad.yaml": b"reward: a b\n",
        "events/bad.yaml": b"event: bad\nbody: {typ: object}\nextra: 1\n",
        "achievements/bad.json": b'{"achievement": "bad", "on": "purchase", "goal": "seven"}',
        "reactors/bad.yaml": reactor(
            "when: {and: [{inn: [1, []]}, {wat: 1}]}\n"
            "then:\n"
            "  - award_points: {points: {var: event.body.tota}, rond: up}\n"
            "  - call_webhook: {body: {a: [{b: {var: event.tipe}}]}}\n"
            "limits: [{every: hour}, {every: day, times: 0}]\n"
        ).encode(),
    }

    found = [":".join(line.split(":")[:4]) for line in problems_of(files)]

    assert found == [
        "achievements/bad.json:1:50: wrong-type",
        "events/bad.yaml:2:8: unknown-keyword",
        "events/bad.yaml:3:1: unknown-key",
        "reactors/bad.yaml:3:15: unknown-operator",
        "reactors/bad.yaml:3:31: unknown-operator",
        "reactors/bad.yaml:5:34: unknown-path",
        "reactors/bad.yaml:5:52: unknown-key",
        "reactors/bad.yaml:6:19: missing-key",
        "reactors/bad.yaml:6:41: unknown-path",
        "reactors/bad.yaml:7:10: missing-key",
        "reactors/bad.yaml:7:18: unknown-value",
        "reactors/bad.yaml:7:45: out-of-range",
        "rewards/bad.yaml:1:9: bad-name",
    ]


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        (
            'whn: {"==": [{var: event.body.totl}, 1]}\nthen: [{grant_badge: early-bird}]\n',
            ["3:1: unknown-key", "3:20: unknown-path"],
        ),
        (
            "then: [{grant_badge: early, set_tier: glod}]\n",
            ["3:22: unknown-badge", "3:29: several-effects", "3:39: unknown-tier"],
        ),
        (
            'when: {and: [{eq: [{var: event.body.totl}, 1]}, {">": [{var: event.body.tip}, 1]}]}\nthen: []\n',
            ["3:15: unknown-operator", "3:26: unknown-path", "3:56: may-be-missing", "4:7: out-of-range"],
        ),
    ],
)
def test_a_fault_hides_none_that_stands_inside_or_beside_it(rest: str, found: list[str]) -> None:
    lines = problems_of({**GOOD, "reactors/r.yaml": reactor(rest).encode()})

    assert [":".join(line.split(":")[1:4]) for line in lines] == found


def test_what_an_unreadable_file_would_have_said_is_not_missed_elsewhere() -> None:
    uses = reactor("then: [{set_tier: gold}, {issue_reward: tea}, {award_points: {points: 1, wallet: miles}}]\n")
    files = {
        "program.yaml": b"store: [",
        "rewards/tea.yaml": b"reward: [",
        "events/purchase.yaml": b"event: [",
        "reactors/r.yaml": uses.encode(),
    }

    found = problems_of(files)

    assert [line.split(": ")[1] for line in found] == ["not-yaml"] * 3


WARNED = when('{">": [{var: [event.body.tip, 0]}, -1]}') + "active: {until: 2020-01-01}\n"
NEVER = when("false").replace("reactor: r", "reactor: s")
AT_LEAST_NOTHING = PURCHASE.replace("tip: {type: number}", "tip: {type: number, minimum: 0}")


def test_a_check_tells_warnings_and_a_program_with_nothing_worse_is_read() -> None:
    files = {**GOOD, "events/purchase.yaml": AT_LEAST_NOTHING.encode(), "reactors/r.yaml": WARNED.encode()}

    report = check_program(files, now=NOW)

    assert [str(problem) for problem in report.problems] == [
        "reactors/r.yaml:3:7: warning: always-true: event.body.tip > -1 is always true: event.body.tip is 0 or more",
        "reactors/r.yaml:5:17: note: already-over: reactor r ended at 2020-01-02 00:00, and can fire no more",
    ]
    assert report.program is not None
    assert read_program(files).reactors[0].name == "r"


def test_a_program_with_an_error_is_none_and_its_warnings_are_told_beside_the_error() -> None:
    files = {**GOOD, "reactors/r.yaml": WARNED.encode(), "reactors/s.yaml": NEVER.encode()}

    report = check_program(files, now=NOW)

    assert report.program is None
    assert [(problem.code, problem.severity) for problem in report.problems] == [
        ("already-over", "note"),
        ("never-true", "error"),
    ]


def test_what_is_over_depends_on_now_alone() -> None:
    files = {**GOOD, "reactors/r.yaml": (then("set_tier: gold") + "active: {until: 2025-12-31}\n").encode()}

    on_the_last_day = check_program(files, now=datetime(2025, 12, 31, 22, 59, tzinfo=UTC))
    at_midnight_in_warsaw = check_program(files, now=datetime(2025, 12, 31, 23, tzinfo=UTC))

    assert on_the_last_day.problems == ()
    assert [problem.code for problem in at_midnight_in_warsaw.problems] == ["already-over"]


@pytest.mark.parametrize("year", [1970, 2019, 2020, 2025, 2026, 2099, 2999])
def test_errors_and_warnings_are_the_same_on_every_day(year: int) -> None:
    windows = ["{from: 2020-01-01, until: 2020-12-31}", "{from: 2099-01-01}", "{until: 2025-12-31}"]
    reactor = then("set_tier: gold") + "active: "
    reactors = {
        f"reactors/r{number}.yaml": (reactor.replace("reactor: r", f"reactor: r{number}") + f"{window}\n").encode()
        for number, window in enumerate(windows)
    }
    dated = when('{">": [{date: "2026-01-01"}, {var: event.time}]}').replace("reactor: r", "reactor: d").encode()
    files = {**GOOD, **reactors, "reactors/r.yaml": WARNED.encode(), "reactors/d.yaml": dated}

    def lasting(now: datetime) -> list[str]:
        return [str(each) for each in check_program(files, now=now).problems if each.severity != "note"]

    assert lasting(datetime(year, 6, 1, tzinfo=UTC)) == lasting(NOW)


def test_faults_carry_errors_alone() -> None:
    files = {**GOOD, "reactors/r.yaml": WARNED.encode(), "reactors/s.yaml": NEVER.encode()}

    with pytest.raises(ProgramFaults) as raised:
        read_program(files)

    assert [problem.code for problem in raised.value.problems] == ["never-true"]


def test_no_number_of_warnings_hides_an_error_or_becomes_one() -> None:
    problems, place = Problems(), Place("reactors/r.yaml", 1, 1)

    for n in range(MOST_PROBLEMS + 2):
        problems.warn(place, "always-true", str(n))
    without = problems.errors
    problems.add(place, "never-true", "an error")

    assert without == []
    assert [problem.code for problem in problems.errors] == ["never-true"]


@given(
    st.binary(max_size=200),
    st.sampled_from(["program.yaml", "events/e.json", "reactors/r.yaml", "achievements/a.json"]),
)
def test_no_bytes_at_all_make_reading_fail_otherwise(content: bytes, path: str) -> None:
    with pytest.raises(ProgramFaults) as raised:
        read_program({**GOOD, path: content})

    assert all(problem.code in CODES for problem in raised.value.problems)


WORDS = (
    "store wallets tiers badges on then points award_points call_webhook headers url event body type properties"
    " required $ref $defs a if var limits measure window goal coupon expires every active from reactor last sum"
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["event", "purchase", "7d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES, st.sampled_from(["events/e", "reactors/r", "achievements/a", "rewards/w"]))
def test_no_values_at_all_make_reading_fail_otherwise(value: object, path: str) -> None:
    files = {**GOOD, f"{path}.json": json.dumps(value).encode()}

    # A name is missing from most of them, so nearly nothing of this is a program.
    with suppress(ProgramFaults):
        read_program(files)


@given(VALUES)
def test_no_settings_at_all_make_reading_fail_otherwise(value: object) -> None:
    with pytest.raises(ProgramFaults) as raised:
        read_program({"program.json": json.dumps(value).encode()})

    assert {problem.code for problem in raised.value.problems} <= set(CODES)


def test_rules_are_checked_against_a_schema_that_has_a_fault_as_far_as_it_goes() -> None:
    event = "event: purchase\nbody:\n  type: object\n  requried: [total]\n  properties: {total: {type: number}}\n"
    reactor = "reactor: r\non: purchase\nwhen: {'<': [1, {var: event.body.totl}]}\nthen: [{grant_badge: b}]\n"

    found = codes(programs.files(events__purchase=event, reactors__r=reactor))

    assert ("reactors/r.yaml", "unknown-path") in found
    assert ("events/purchase.yaml", "unknown-keyword") in found


@pytest.mark.parametrize("when", ["{'<': [1, {var: event.body.total}]}", "{var: event.body.total}"])
def test_what_an_event_type_does_not_say_for_its_faults_is_no_fault_of_the_rules(when: str) -> None:
    reactor = f"reactor: r\non: %s\nwhen: {when}\nthen: [{{grant_badge: b}}]\n"
    broken = "event: purchase\nbody: {type: object, properties: 5}\n"

    misspelt = codes(programs.files(reactors__r=reactor % "purchse"))
    faulty = codes(programs.files(events__purchase=broken, reactors__r=reactor % "purchase"))

    assert [code for file, code in misspelt if file == "reactors/r.yaml"] == ["unknown-event-type"]
    assert [file for file, _ in faulty if file == "reactors/r.yaml"] == []
