"""Members with a history: lots, progress, used limits."""

from program_files import read_program
from tests.kit import programs
from workbench.scenarios.files import read_tests
from workbench.scenarios.running import run

ONCE = (
    programs.POINTS_FOR_PURCHASE
    + "limits: [{per: member, every: day, times: 2}, {per: program, every: month, points: 50}]\n"
)


def verdict(text: str) -> tuple[str, list[str]]:
    program = read_program(programs.files(**{"reactors__points-for-purchase": ONCE}))
    (scenario,) = read_tests({"tests/t.yaml": text.encode()}, program)
    result = run(scenario, program)
    return result.verdict, [f"{mismatch.key}: {mismatch.actual}" for mismatch in result.mismatches]


def test_lots_expire_at_their_dates_and_pending_ones_become_active() -> None:
    assert verdict("""\
test: lots
at: 2024-05-01T09:00:00
member: {lots: [{points: 40, remaining: 15, expires_at: 2024-05-20}, {points: 7, active_from: 2024-05-03}]}
steps:
  - {expect: {points: 15, pending: 7, earned: 22, tier: bronze}}
  - {wait: 3d}
  - {expect: {points: 22, pending: 0, events: {points_activated: 1}}}
  - {until: 2024-05-21}
  - {expect: {points: 7, expired: 15}}
""") == ("passed", [])


def test_progress_continues_from_the_days_before() -> None:
    assert verdict("""\
test: the seventh day
at: 2024-05-07T09:00:00
member:
  achievements: {seven-days: {marks: [{day: 2024-05-01}, {day: 2024-05-02}, {day: 2024-05-03}, {day: 2024-05-04},
    {day: 2024-05-06}, {day: 2024-05-05}]}}
steps:
  - {event: app_login}
  - {expect: {points: 100, achievements: {seven-days: {completed: 1}}}}
""") == ("passed", [])


def test_a_completed_achievement_stays_completed() -> None:
    assert verdict("""\
test: once is enough
at: 2024-05-07T09:00:00
member: {achievements: {seven-days: {completed: 1}}}
steps:
  - {event: app_login, repeat: 9, every: 1d}
  - {expect: {points: 0, achievements: {seven-days: {completed: 1}}}}
""") == ("passed", [])


def test_limits_count_what_earlier_firings_used_for_the_member_and_for_all() -> None:
    assert verdict("""\
test: the third of a day
at: 2024-05-07T09:00:00
member: {used: [{reactor: points-for-purchase, day: 2024-05-07, times: 2}]}
steps:
  - {event: purchase, body: {total: 5}}
  - {expect: {limited: [points-for-purchase]}}
""") == ("passed", [])
    assert verdict("""\
test: ten points are left for all
at: 2024-05-07T09:00:00
member: {used: [{reactor: points-for-purchase, per: program, day: 2024-05-01, points: 40}]}
steps:
  - {event: purchase, body: {total: 25}}
  - {expect: {points: 10}}
""") == ("passed", [])


def test_the_period_of_a_tier_starts_with_the_test_unless_the_fixture_gives_its_end() -> None:
    program = read_program(programs.files(program=f"{programs.PROGRAM}tier_review: {{after: 365d}}\n"))
    (scenario,) = read_tests(
        {
            "tests/t.yaml": b"""\
test: periods
at: 2024-05-01T09:00:00
members:
  ann: {tier: gold}
  bob: {tier: gold, earned: 4500, tier_base: 4000, tier_until: 2024-06-01}
steps:
  - {until: 2024-06-01}
  - {member: ann, expect: {tier: gold}}
  - {member: bob, expect: {tier: silver}}
  - {wait: 366d}
  - {member: ann, expect: {tier: bronze}}
  - {member: bob, expect: {tier: bronze}}
"""
        },
        program,
    )

    assert run(scenario, program).mismatches == ()
