"""Every problem of every test file, at its place, with its cure."""
# ruff: noqa: E501 - a case is one line, so that the table reads as one

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program_files import ProgramFaults, read_program
from program_files.folders.folder import only_tests, read_folder
from tests.kit import programs
from tests.kit.amounts import points
from workbench.scenarios.files import check_tests, read_tests
from workbench.scenarios.model import AdvanceClock, Expect, ReportEvent

FILE = "tests/t.yaml"
PROGRAM = read_program(
    programs.files(
        rewards__coffee="reward: coffee\n",
        reactors__hook='reactor: hook\non: purchase\nthen: [{call_webhook: {url: "https://x.example/"}}]\n',
    )
)
LISTED = read_program(programs.files(program=programs.PROGRAM + "badges: [early-bird]\n"))
REFUSING = read_program(programs.files(program=programs.PROGRAM.replace("members: register", "members: refuse")))
PURCHASE = "{event: purchase, body: {total: 5}}"


def step(one: str) -> str:
    """A test whose only step but the last begins at line 4, column 5."""
    return f"test: t\nat: 2024-05-01\nsteps:\n  - {one}\n  - expect: {{points: 0}}\n"


def expect(what: str) -> str:
    """A test whose expectations begin at line 4, column 13."""
    return f"test: t\nat: 2024-05-01\nsteps:\n  - expect: {what}\n"


def member(fixture: str) -> str:
    """A test whose member begins at line 3, column 9."""
    return f"test: t\nat: 2024-05-01\nmember: {fixture}\nsteps: [{{expect: {{points: 0}}}}]\n"


def several(one: str) -> str:
    """A test of ann and bob, whose only step but the last begins at line 5, column 5."""
    return f"test: t\nat: 2024-05-01\nmembers: {{ann: {{}}, bob: {{}}}}\nsteps:\n  - {one}\n  - {{expect: {{points: 0}}, member: ann}}\n"


CASES = [
    # files
    ("", "1:1: empty-file: the file is empty"),
    ("test: [", "2:1: not-yaml"),
    ("- 1\n", "1:1: wrong-type: a test must be a map, not a list"),
    ("tests: []\n", "1:8: out-of-range: tests must have at least one test"),
    ("tests: {a: 1}\n", "1:8: wrong-type: tests must be a list, not a map"),
    ("tests: [1]\n", "1:9: wrong-type: a test must be a map, not a number"),
    ("tests: [{test: a, at: 2024-05-01, steps: [expect: {points: 1}]}]\nsteps: []\n", "2:1: unknown-key: key steps is unknown: there is at, member, members, stock, codes, tags"),
    ("tests:\n  - {test: a, at: 2024-05-01, steps: [expect: {points: 1}]}\n  - {test: a, at: 2024-05-01, steps: [expect: {points: 1}]}\n", "3:12: duplicate-name: test a is in tests/t.yaml:2 already"),
    # a test
    ("at: 2024-05-01\nsteps: [expect: {points: 1}]\n", "1:1: missing-key: a test needs test"),
    ("test: t\nsteps: [expect: {points: 1}]\n", "1:1: missing-key: a test needs at"),
    ("test: t\nat: 2024-05-01\n", "1:1: missing-key: a test needs steps"),
    ("test: t\nat: 2024-05-01\nsteps: []\n", "3:8: missing-key: a test needs a step that expects something"),
    ("test: t\nat: 2024-05-01\nsteps: {}\n", "3:8: wrong-type: steps must be a list, not a map"),
    ("test: t\nat: 2024-05-01\nstep: []\nsteps: [expect: {points: 1}]\n", "3:1: unknown-key: key step is unknown: there is member, members, stock, codes, tags, skip"),
    ('test: "a\\nb"\nat: 2024-05-01\nsteps: [expect: {points: 1}]\n', "1:7: out-of-range: test must be one line of at most 200 characters that can be printed"),
    ("test: t\nat: yesterday\nsteps: [expect: {points: 1}]\n", "2:5: bad-date: at cannot be yesterday: write it as 2024-05-01T09:30:00 or 2024-05-01"),
    ("test: t\nat: 2024-02-30\nsteps: [expect: {points: 1}]\n", "2:5: bad-date: at cannot be 2024-02-30: write it as 2024-05-01T09:30:00 or 2024-05-01"),
    ("test: t\nat:\nsteps: [expect: {points: 1}]\n", "2:4: wrong-type: at must be a date, as 2024-05-01T09:30:00 or 2024-05-01, not nothing"),
    ("test: t\nat: {day: 1}\nsteps: [expect: {points: 1}]\n", "2:5: wrong-type: at must be a date, as 2024-05-01T09:30:00 or 2024-05-01, not a map"),
    ("test: t\nat: 20240501\nsteps: [expect: {points: 1}]\n", "2:5: wrong-type: at must be a date, as 2024-05-01T09:30:00 or 2024-05-01, not a number"),
    ("test: t\nat: 1899-12-31\nsteps: [expect: {points: 1}]\n", "2:5: out-of-range: at must be from the year 1900 to 2999"),
    ("test: t\nat: 0001-01-01\nsteps: [expect: {points: 1}]\n", "2:5: bad-date: at cannot be 0001-01-01"),
    ("test: t\nat: 9999-12-31T23:59:59\nsteps: [expect: {points: 1}]\n", "2:5: out-of-range: at must be from the year 1900 to 2999"),
    ("test: t\nat: 2024-05-01\ntags: web\nsteps: [expect: {points: 1}]\n", "3:7: wrong-type: tags must be a list, not a text"),
    ("test: t\nat: 2024-05-01\nskip: true\nsteps: [expect: {points: 1}]\n", "3:7: skip-without-reason: skip must say why, as in skip: waiting for the new prices"),
    ("test: t\nat: 2024-05-01\nskip: ' '\nsteps: [expect: {points: 1}]\n", "3:7: skip-without-reason: skip must say why, as in skip: waiting for the new prices"),
    # members
    (member("unknow"), "3:9: unknown-value: member unknow is unknown. Did you mean unknown?"),
    (member("[]"), "3:9: wrong-type: a member must be a map, not a list"),
    (member("{tire: gold}"), "3:10: unknown-key: key tire is unknown. Did you mean tier?"),
    (member("{tier: glod}"), "3:16: unknown-tier: tier glod is unknown. Did you mean gold?"),
    (member("{points: ten}"), "3:18: wrong-type: points must be a number, not a text"),
    (member("{points: -1}"), "3:18: out-of-range: points must be from 0 to 1,000,000,000,000, with at most 6 decimals"),
    (member("{points: 0.5}"), "3:18: out-of-range: points can never be 0.5: wallet points has whole numbers"),
    (member("{points: {miles: 1}}"), "3:19: unknown-wallet: wallet miles is unknown: there is points"),
    (member("{registered_at: 2024-06-01}"), "3:25: out-of-range: registered_at must not be after the test's at"),
    (member("{tier_until: 2024-05-01}"), "3:22: out-of-range: tier_until must be after the test's at"),
    (member("{tier_until: soon}"), "3:22: bad-date: tier_until cannot be soon: write it as 2024-05-01T09:30:00 or 2024-05-01"),
    (member("{reviewed_at: 2024-06-01}"), "3:23: out-of-range: reviewed_at must not be after the test's at"),
    (member("{reviewed_base: 5}"), "3:25: missing-key: reviewed_base needs reviewed_at: when the last review was due"),
    (member("{reviewed_since: 2024-02-01}"), "3:26: missing-key: reviewed_since needs reviewed_at: when the last review was due"),
    (member("{tier_base: 0.5}"), "3:21: out-of-range: tier_base can never be 0.5: wallet points has whole numbers"),
    (member("{registered: false, tier: gold}"), "3:29: clashing-keys: nobody has tier before they are registered: remove it, or registered: false"),
    (member("{attributes: 1}"), "3:22: wrong-type: attributes must be a map, not a number"),
    (member("{badges: [a, a]}"), "3:22: duplicate-name: badge a is here twice"),
    (member("{badges: [a b]}"), "3:19: bad-name: the badge cannot be a b: a name is 1 to 64 letters, digits, _ . or -, and begins with a letter or digit"),
    (member("{points: 1, lots: []}"), "3:10: clashing-keys: lots say what points there are: remove points, or lots"),
    (member("{lots: 1}"), "3:16: wrong-type: lots must be a list, not a number"),
    (member("{lots: [{}]}"), "3:17: missing-key: a lot needs points"),
    (member("{lots: [{points: 1, left: 1}]}"), "3:29: unknown-key: key left is unknown: there is wallet, remaining, active_from, expires_at"),
    (member("{lots: [{points: 1, remaining: 2}]}"), "3:40: out-of-range: of a lot at least something remains, and no more than its points"),
    (member("{lots: [{points: 1.5}]}"), "3:26: out-of-range: points of wallet points has whole numbers"),
    (member("{lots: [{points: 1, expires_at: soon}]}"), "3:41: bad-date: a lot's date cannot be soon: write it as 2024-05-01T09:30:00 or 2024-05-01"),
    (member("{achievements: {regulr: {}}}"), "3:25: unknown-achievement: achievement regulr is unknown: there is seven-days"),
    (member("{used: [{reactor: nobody, day: 2024-05-01}]}"), "3:27: unknown-reactor: reactor nobody is unknown: there is hook"),
    (member("{used: [{reactor: hook, day: yesterday}]}"), "3:38: bad-date: day cannot be yesterday: write it as 2024-05-01"),
    (member("{used: [{reactor: hook, day: 5}]}"), "3:38: wrong-type: day must be a date, not a number"),
    (member("{registered: false, lots: []}"), "3:29: clashing-keys: nobody has lots before they are registered: remove it, or registered: false"),
    (member("{email: 1}"), "3:17: wrong-type: email must be a text, not a number; put it in quotes"),
    (member("{}\nmembers: {ann: {}}"), "3:1: clashing-keys: a test has member or members: move member into members, under a name"),
    ("test: t\nat: 2024-05-01\nmembers: {}\nsteps: [{expect: {points: 0}}]\n", "3:10: wrong-type: members must be a map of at least one member, not a map"),
    (several(PURCHASE), "5:5: missing-key: a step needs member, as there are several: ann, bob"),
    (several("{event: purchase, body: {total: 1}, member: anm}"), "5:49: unknown-member: member anm is unknown. Did you mean ann?"),
    # steps
    (step("1"), "4:5: wrong-type: a step must be a map, not a number"),
    (step("{}"), "4:5: missing-key: a step needs one of event, transaction, return, together, buy, set_tier, wait, until, expect"),
    (step("{evnt: purchase, body: {total: 5}}"), "4:6: unknown-key: key evnt is unknown. Did you mean event?"),
    (step("{event: purchase, body: {total: 5}, wait: 1d}"), "4:41: clashing-keys: a step does one thing: give wait a step of its own"),
    (step("{wait: 1d, body: {}}"), "4:16: unknown-key: key body is unknown: there is wait"),
    (step("{wait: tomorrow}"), "4:12: bad-duration: wait: 'tomorrow' is not a duration: write a whole number and s, m, h, d, w, mo or y, as in 90d"),
    (step("{until: 2024-04-30}"), "4:13: clock-goes-back: until is before 2024-05-01T00:00:00, where the clock stands by then: it never goes back"),
    (step("{event: purchas, body: {total: 5}}"), "4:13: unknown-event-type: event type purchas is unknown. Did you mean purchase?"),
    (step("{event: [purchase]}"), "4:13: wrong-type: the event type must be a text, not a list"),
    (step("{event: tier_changed}"), "4:13: caused-event: tier_changed happens by itself and is not reported: write steps that cause it"),
    (step("{event: member_registered}"), "4:13: caused-event: the member is registered already: write member: unknown"),
    (step("{event: purchase}"), '4:5: refused-event: production would refuse it: "total" is a required property'),
    (step("{event: purchase, body: {total: 5, channel: wap}}"), '4:49: refused-event: production would refuse it: "wap" is not one of "web" or "store"'),
    (step("{event: purchase, body: 5}"), "4:29: wrong-type: body must be a map, not a number"),
    (step("{event: purchase, body: {total: 5}, repeat: 0}"), "4:49: out-of-range: repeat must be from 1 to 10000"),
    (step("{event: purchase, body: {total: 5}, every: 1d}"), "4:41: missing-key: every needs repeat: how often it happens"),
    (step("{event: purchase, body: {total: 5}, repeat: 2, time: 2024-05-01}"), "4:52: clashing-keys: events that are repeated have no time of their own: write several steps"),
    (step("{event: purchase, body: {total: 5}, repeat: 10000, every: 100y}"), "4:5: out-of-range: the test must end before the year 3000"),
    (step("{wait: 1000y}"), "4:12: bad-duration: wait must be at most 100 years"),
    (step("{together: []}"), "4:16: out-of-range: together must have at least one event"),
    (step("{together: {event: purchase}}"), "4:16: wrong-type: together must be a list, not a map"),
    (step("{together: [purchase]}"), "4:17: wrong-type: an event of together must be a map, not a text"),
    (step("{togehter: [{event: purchase, body: {total: 5}}]}"), "4:6: unknown-key: key togehter is unknown. Did you mean together?"),
    (step("{together: [{body: {total: 5}}]}"), "4:17: missing-key: an event of together needs event"),
    (step("{together: [{evnt: purchase, body: {total: 5}}]}"), "4:18: unknown-key: key evnt is unknown. Did you mean event?"),
    (step("{together: [{event: purchas, body: {total: 5}}]}"), "4:25: unknown-event-type: event type purchas is unknown. Did you mean purchase?"),
    (step("{together: [{event: purchase, body: {totl: 5}}]}"), '4:41: refused-event: production would refuse it: "total" is a required property'),
    (step("{together: [{event: tier_changed}]}"), "4:25: caused-event: tier_changed happens by itself and is not reported: write steps that cause it"),
    (step("{together: [{event: purchase, body: {total: 5}, at: 2024-05-02}]}"), "4:53: clashing-keys: events of together have one moment: give at to the step"),
    (step("{together: [{event: purchase, body: {total: 5}, repeat: 2, every: 1d}]}"), "4:64: clashing-keys: events of together have one moment: remove every, or write steps"),
    (step("{together: [{event: purchase, body: {total: 5}, repeat: 0}]}"), "4:61: out-of-range: repeat must be from 1 to 10000"),
    (step("{together: [{wait: 1d}]}"), "4:18: clashing-keys: together has events only: give wait a step of its own"),
    (step("{together: [{event: purchase, body: {total: 5}}], at: 2024-04-30}"), "4:59: clock-goes-back: at is before 2024-05-01T00:00:00, where the clock stands by then: it never goes back"),
    (step("{together: [{event: purchase, body: {total: 5}}], repeat: 2}"), "4:55: unknown-key: key repeat is unknown: there is at"),
    (step("{together: [{event: purchase, body: {total: 5}}], event: purchase}"), "4:55: clashing-keys: a step does one thing: give event a step of its own"),
    (several("{together: [{event: purchase, body: {total: 1}, member: ann}, {event: purchase, body: {total: 1}}]}"), "5:67: missing-key: an event of together needs member, as there are several: ann, bob"),
    (several("{together: [{event: purchase, body: {total: 1}, member: anm}]}"), "5:61: unknown-member: member anm is unknown. Did you mean ann?"),
    (step("{buy: cofee}"), "4:11: unknown-reward: reward cofee is unknown. Did you mean coffee?"),
    (step("{buy: coffee, refused: soldout}"), "4:28: unknown-value: refused soldout is unknown. Did you mean sold_out?"),
    (step("{buy: coffee, body: {}}"), "4:19: unknown-key: key body is unknown: there is member, points, refused, at"),
    # expectations
    (expect("{}"), "4:13: missing-key: expect says nothing: it needs one of points, pending, earned, spent, expired, awarded, deducted, tier, tiers, badges, attributes, achievements, rewards, webhooks, events, fired, not_fired, limited"),
    (expect("{point: 1}"), "4:14: unknown-key: key point is unknown. Did you mean points?"),
    (expect("[]"), "4:13: wrong-type: expect must be a map, not a list"),
    (expect("{points: {points: 1.5}}"), "4:31: out-of-range: points of points can never be 1.5: wallet points has whole numbers"),
    (expect("{tier: platin}"), "4:20: unknown-tier: tier platin is unknown: there is bronze, silver, gold"),
    (expect("{badges: early-bird}"), "4:22: wrong-type: badges must be a list, not a text"),
    (expect("{badges: {hat: [a]}}"), "4:23: unknown-key: key hat is unknown. Did you mean has?"),
    (expect("{attributes: [a]}"), "4:26: wrong-type: attributes must be a map, not a list"),
    (expect("{achievements: {seven-day: {completed: 1}}}"), "4:29: unknown-achievement: achievement seven-day is unknown. Did you mean seven-days?"),
    (expect("{achievements: {seven-days: 1}}"), "4:41: wrong-type: achievements.seven-days must be a map, not a number"),
    (expect("{achievements: {seven-days: {complete: 1}}}"), "4:42: unknown-key: key complete is unknown. Did you mean completed?"),
    (expect("{rewards: {cofee: 1}}"), "4:24: unknown-reward: reward cofee is unknown. Did you mean coffee?"),
    (expect("{rewards: {coffee: {isued: 1}}}"), "4:33: unknown-key: key isued is unknown. Did you mean issued?"),
    (expect("{webhooks: [PointsWilExpire]}"), "4:25: unknown-webhook: webhook PointsWilExpire is unknown. Did you mean PointsWillExpire?"),
    (expect("{webhooks: {call_webhook: many}}"), "4:39: wrong-type: webhooks.call_webhook must be a whole number, not a text"),
    (expect("{webhooks: [{body: {}}]}"), "4:25: missing-key: an item of webhooks needs name"),
    (expect("{webhooks: [{name: call_webhook, body: []}]}"), "4:52: wrong-type: body must be a map, not a list"),
    (expect("{webhooks: call_webhook}"), "4:24: wrong-type: webhooks must be a list, not a text. Did you mean [call_webhook]?"),
    (expect("{events: [purchase]}"), "4:23: unknown-built-in-event"),
    (expect("{events: [{event: tier_changed, url: x}]}"), "4:45: unknown-key: key url is unknown: there is times, body"),
    (expect("{fired: [hok]}"), "4:22: unknown-reactor: reactor hok is unknown. Did you mean hook?"),
    (expect("{fired: [{name: hook}]}"), "4:22: wrong-type: the reactor must be a text, not a map"),
    (expect("{not_fired: {hook: 1}}"), "4:25: wrong-type: not_fired must be a list, not a map"),
    (expect("{limited: {hook: -1}}"), "4:30: out-of-range: limited.hook must be from 0 to 1000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), CASES, ids=[case[1][:60] for case in CASES])
def test_a_problem_is_one_line_with_its_position_and_cure(text: str, line: str) -> None:
    found = [str(problem) for problem in check_tests({FILE: text.encode()}, PROGRAM)]

    assert len(found) == 1
    assert found[0].startswith(f"{FILE}:{line}")


def test_one_run_finds_every_problem_of_every_test_file() -> None:
    files = {
        "tests/b.yaml": b"test: b\nat: 2024-05-01\nstep: []\nsteps: [{wait: 1}, {expect: {point: 1, tier: glod}}]\n",
        "tests/a.json": b'{"test": "b", "at": 5, "steps": [{"event": "purchase"}, {"expect": {}}]}',
        "tests/c/d.yml": b"test: [",
    }

    with pytest.raises(ProgramFaults) as raised:
        read_tests(files, PROGRAM)

    assert [":".join(str(problem).split(":")[:4]) for problem in raised.value.problems] == [
        "tests/a.json:1:21: wrong-type",
        "tests/a.json:1:34: refused-event",
        "tests/a.json:1:68: missing-key",
        "tests/b.yaml:1:7: duplicate-name",
        "tests/b.yaml:3:1: unknown-key",
        "tests/b.yaml:4:16: bad-duration",
        "tests/b.yaml:4:30: unknown-key",
        "tests/b.yaml:4:46: unknown-tier",
        "tests/c/d.yml:2:1: not-yaml",
    ]


def test_a_test_can_name_only_declared_badges_if_there_are_any() -> None:
    (problem,) = check_tests({FILE: expect("{badges: [early-brid]}").encode()}, LISTED)

    assert str(problem) == f"{FILE}:4:23: unknown-badge: badge early-brid is unknown. Did you mean early-bird?"


def test_a_program_that_refuses_unknown_members_needs_them_registered_first() -> None:
    start = "test: t\nat: 2024-05-01\nmember: unknown\nsteps:\n"
    text = f"{start}  - {PURCHASE}\n  - expect: {{points: 5}}\n"
    registered = f"{start}  - {{event: member_registered}}\n  - {PURCHASE}\n  - expect: {{points: 5}}\n"

    (problem,) = check_tests({FILE: text.encode()}, REFUSING)

    assert str(problem).startswith(f"{FILE}:5:13: refused-event: unknown_members is refuse")
    assert check_tests({FILE: registered.encode()}, REFUSING) == ()


def test_steps_are_read_with_their_times_on_the_stores_clock() -> None:
    text = (
        "test: t\nat: 2024-03-30T12:00:00\nsteps:\n"
        f"  - {PURCHASE[:-1]}, repeat: 2, every: 1d}}\n"
        "  - {wait: 2h}\n"
        "  - {event: purchase, body: {total: 5}, at: 2024-04-02, time: 2024-04-01}\n"
        "  - {until: 2024-04-03}\n"
        "  - expect: {points: 15}\n"
    )

    (scenario,) = read_tests({FILE: text.encode()}, PROGRAM)

    twice, wait, late, until, last = scenario.steps
    assert isinstance(twice, ReportEvent)
    assert [each.reported_at for each in twice.times] == [
        datetime(2024, 3, 30, 11, tzinfo=UTC),
        datetime(2024, 3, 31, 10, tzinfo=UTC),  # clocks went forward in between
    ]
    assert isinstance(wait, AdvanceClock)
    assert wait.until - twice.times[-1].reported_at == timedelta(hours=2)
    assert isinstance(late, ReportEvent)
    assert late.times[0].reported_at - late.times[0].happened_at == timedelta(days=1)
    assert isinstance(until, AdvanceClock)
    assert isinstance(last, Expect)


def test_shared_keys_of_a_file_apply_to_tests_without_their_own() -> None:
    text = """\
at: 2024-05-01
member: {points: 5}
tags: [web]
tests:
  - {test: a, steps: [expect: {points: 5}]}
  - {test: b, at: 2024-06-01, tags: [], members: {ann: {}}, steps: [expect: {points: 0}]}
"""

    first, second = read_tests({FILE: text.encode()}, PROGRAM)

    assert (first.tags, [dict(fixture.points) for fixture in first.members.values()]) == (
        ("web",),
        [{"points": points(5)}],
    )
    assert (second.tags, list(second.members)) == ((), ["ann"])
    assert second.start > first.start


def test_a_member_with_the_points_of_a_tier_starts_in_it() -> None:
    texts = {
        "{points: 600}": "silver",
        "{earned: 2000}": "gold",
        "{points: 600, tier: bronze}": "bronze",
        "{}": "bronze",
    }

    read = [read_tests({FILE: member(fixture).encode()}, PROGRAM)[0] for fixture in texts]

    assert [fixture.member.tier for test in read for fixture in test.members.values()] == list(texts.values())


def test_all_files_of_the_folder_are_tests(tmp_path: Path) -> None:
    names = ["tests/a.yaml", "tests/deep/b.json", "tests/.hidden.yaml", "tests/notes.txt", "program.yaml"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")

    files = read_folder(tmp_path)

    assert list(files) == ["program.yaml", "tests/a.yaml", "tests/deep/b.json"]
    assert list(only_tests(files)) == ["tests/a.yaml", "tests/deep/b.json"]


def test_an_unreadable_test_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.yaml").symlink_to(tmp_path / "nowhere.yaml")

    with pytest.raises(ProgramFaults) as raised:
        read_folder(tmp_path)

    assert [problem.code for problem in raised.value.problems] == ["unreadable-file"]


WORDS = (
    "test at steps member members tags skip tests event body repeat every time wait until expect points tier badges"
    " achievements rewards webhooks events fired not_fired limited attributes registered name url has seven-days"
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["purchase", "app_login", "1d", "2024-05-01", "unknown", "call_webhook", "member_registered"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=5),
    max_leaves=25,
)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_faults(content: bytes) -> None:
    with suppress(ProgramFaults):
        read_tests({FILE: content}, PROGRAM)


@given(st.lists(VALUES, max_size=3), VALUES)
def test_arbitrary_values_raise_nothing_but_faults(steps: list[object], fixture: object) -> None:
    test = {"test": "t", "at": "2024-05-01", "member": fixture, "steps": steps}

    with suppress(ProgramFaults):
        read_tests({"tests/t.json": json.dumps(test).encode()}, PROGRAM)


@pytest.mark.parametrize(
    ("attributes", "messages"),
    [
        ("{shoe_size: 41, nickname: Ann}", []),
        ("{shoe_size: '41'}", []),
        (
            "{shoe_size: tall}",
            ['tests/t.yaml:3:34: unfit-attribute: attribute shoe_size: "tall" is not of type "number"'],
        ),
    ],
)
def test_attributes_of_a_member_are_as_the_program_declares_them(attributes: str, messages: list[str]) -> None:
    program = read_program(programs.files(program=programs.PROGRAM + "attributes: {shoe_size: {type: number}}\n"))
    files = {FILE: member(f"{{attributes: {attributes}}}").encode()}

    assert [str(problem) for problem in check_tests(files, program)] == messages
