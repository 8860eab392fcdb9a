"""Coverage of a program, part by part."""

from decimal import Decimal

from program_files import read_program
from tests.kit import programs
from workbench.place_lookup import PlaceLookup
from workbench.scenarios.coverage import Coverage, CoverageReport
from workbench.scenarios.files import read_tests
from workbench.scenarios.running import run

DOUBLE = """\
reactor: double
on: purchase
when:
  and:
    - {">=": [{var: event.body.total}, 20]}
    - {"==": [{var: event.body.channel}, web]}
then:
  - award_points: {points: {if: [{">": [{var: event.body.total}, 100]}, 5, 1]}}
  - deduct_points: {points: {"-": [{var: event.body.total}, 30]}}
  - call_webhook: {url: "https://x.example/", body: {big: {">": [{var: event.body.total}, 50]}}}
limits:
  - {every: day, times: 2}
  - {per: program, every: month, points: 7}
"""


def covered(*steps: str, reactor: str = DOUBLE, program: str = programs.PROGRAM) -> CoverageReport:
    """The coverage by these steps, after a purchase that only gives points."""
    files = programs.files(program=program, **{"reactors__double": reactor, "achievements__seven-days": ""})
    read = read_program(files)
    lines = "".join(f"  - {step}\n" for step in steps)
    text = f"test: t\nat: 2024-05-01\nsteps:\n  - {bought(1, 'store')}\n{lines}  - expect: {{badges: []}}\n"
    coverage = Coverage(read, PlaceLookup(files).place_of)
    (scenario,) = read_tests({"tests/t.yaml": text.encode()}, read)
    assert run(scenario, coverage.program, coverage.record).verdict == "passed"
    return coverage.report()


def missing(found: CoverageReport) -> list[str]:
    """The parts that were not reached, with line and column."""
    return [f"{part.place.line}:{part.place.column} {part.words} {part.lack}" for part in found.missing]


def bought(total: int, channel: str = "web") -> str:
    return f"{{event: purchase, body: {{total: {total}, channel: {channel}}}}}"


def test_a_part_that_no_test_reaches_is_reported_with_its_place() -> None:
    found = covered()

    assert missing(found) == [
        "1:1 double never fired",
        "5:7 event.body.total >= 20 was never true",
        '6:7 event.body.channel == "web" was never true',
        '6:7 event.body.channel == "web" was never false',
        "8:5 award_points never took effect",
        "8:34 event.body.total > 100 was never true",
        "8:34 event.body.total > 100 was never false",
        "8:73 5 was never chosen",
        "8:76 1 was never chosen",
        "9:5 deduct_points never took effect",
        "9:5 the deduction of points was always paid",
        "10:5 call_webhook never took effect",
        "10:59 event.body.total > 50 was never true",
        "10:59 event.body.total > 50 was never false",
        "12:5 the limit of 2 times a day, per member was never reached",
        "13:5 the limit of 7 points a month, per program was never reached",
    ]
    assert len(found.parts) == 19
    assert found.percent == Decimal(300) / 19


def test_an_effect_of_nothing_is_not_reached() -> None:
    found = covered(bought(20))

    assert "9:5 deduct_points never took effect" in missing(found)
    assert "8:5 award_points never took effect" not in missing(found)
    assert "10:5 call_webhook never took effect" not in missing(found)


def test_a_limit_is_reached_when_it_stops_its_reactor() -> None:
    of_times = covered(bought(20), bought(20), bought(20))
    of_points = covered(bought(100, "store"), bought(120), "{wait: 1d}", bought(120), "{wait: 1d}", bought(120))

    assert [part.lack for part in of_times.missing if part.kind == "limit"] == ["was never reached"]
    assert "13:5 the limit of 7 points a month, per program was never reached" in missing(of_times)
    assert "12:5 the limit of 2 times a day, per member was never reached" in missing(of_points)
    assert "13:5 the limit of 7 points a month, per program was never reached" not in missing(of_points)


def test_of_two_awards_of_a_wallet_the_one_that_came_to_nothing_is_not_reached() -> None:
    two = """\
reactor: double
on: purchase
then:
  - award_points: {points: {"-": [{var: event.body.total}, 30]}}
  - award_points: {points: {var: event.body.total}}
  - deduct_points: {points: {"-": [{var: event.body.total}, 30]}, up_to: true}
  - deduct_points: {points: 1}
"""

    found = covered(bought(20), bought(20), reactor=two)

    assert missing(found) == [
        "4:5 award_points never took effect",
        "6:5 deduct_points never took effect",
    ]


def test_each_limit_that_cuts_an_award_is_reached() -> None:
    cut = """\
reactor: double
on: purchase
then:
  - award_points: {points: 10}
  - award_points: {points: {var: event.body.total}, wallet: stars}
limits:
  - {every: day, points: 12}
  - {per: program, every: month, points: 25}
"""
    program = programs.PROGRAM.replace("expires: {after: 90d}}", "expires: {after: 90d}}\n  stars: {}")
    cuts_points = bought(1), bought(1)
    cuts_both = bought(12), "{wait: 1d}", bought(12), "{wait: 1d}", bought(5)

    of_the_day = covered(*cuts_points, reactor=cut, program=program)
    of_both = covered(*cuts_both, reactor=cut, program=program)

    assert missing(of_the_day) == ["8:5 the limit of 25 points a month, per program was never reached"]
    assert missing(of_both) == []


def test_everything_can_be_reached() -> None:
    found = covered(
        bought(20, "store"),
        bought(20),
        bought(120),
        bought(120),
        bought(120),
        "{wait: 1d}",
        bought(120),
    )

    assert missing(found) == []
    assert found.percent == 100


def test_an_achievement_is_reached_when_it_is_completed_and_so_are_its_effects() -> None:
    files = programs.files()
    coverage = Coverage(read_program(files), PlaceLookup(files).place_of)
    text = "test: t\nat: 2024-05-01\nsteps: [{event: app_login, repeat: 7, every: 1d}, {expect: {points: 100}}]\n"
    (scenario,) = read_tests({"tests/t.yaml": text.encode()}, coverage.program)

    run(scenario, coverage.program, coverage.record)

    found = coverage.report()
    assert {part.owner for part in found.missing} == {"reactor/points-for-purchase"}
    assert {part.kind for part in found.parts if part.owner == "achievement/seven-days"} == {"achievement", "effect"}


def test_a_program_without_parts_is_covered() -> None:
    assert CoverageReport((), ()).percent == 100
