"""Points as program files say them: when they can be spent, and when they expire."""

import pytest

from loyalty.program.program import Program
from program_files import read_program
from tests.kit.programs import APP_LOGIN, PURCHASE
from tests.workbench.scenarios.stories import missed, story

EARN = "reactor: earn\non: purchase\nthen: [{award_points: {points: {var: event.body.total}}}]\n"


def shop(wallets: str, *reactors: str, more: str = "", **files: str) -> Program:
    """A shop whose program.yaml has these wallets, and these reactors alone."""
    settings = f"store: DEFAULT\ntimezone: Europe/Warsaw\nwallets: {wallets}\nbadges: [early-bird]\n{more}"
    texts = {
        "program.yaml": settings,
        "events/app_login.yaml": APP_LOGIN,
        "events/purchase.yaml": PURCHASE,
        **{f"reactors/r{number}.yaml": text for number, text in enumerate(reactors)},
        **{name.replace("__", "/") + ".yaml": text for name, text in files.items()},
    }
    return read_program({name: text.encode() for name, text in texts.items()})


def outcome(of: Program, steps: str, at: str = "2026-05-25T12:00:00") -> object:
    """`passed`, or the expected and the actual value of each mismatch."""
    result = story(steps, of, at)
    return missed(result) or result.verdict


@pytest.mark.parametrize(
    ("expires", "last", "gone"),
    [
        ("{after: 90d}", "2026-08-23T11:59:59", "2026-08-23T12:00:00"),
        ("{after: 90d, through: day}", "2026-08-23T23:59:59", "2026-08-24T00:00:00"),
        ("{after: 12mo, end_of: month}", "2027-05-31T23:59:59", "2027-06-01T00:00:00"),
        ("{end_of: quarter}", "2026-06-30T23:59:59", "2026-07-01T00:00:00"),
        ("{end_of: year, plus: 1y}", "2027-12-31T23:59:59", "2028-01-01T00:00:00"),
        ('{on: "05-25"}', "2026-05-25T23:59:59", "2026-05-26T00:00:00"),
        ('{on: "02-29"}', "2027-02-28T23:59:59", "2027-03-01T00:00:00"),
    ],
)
def test_points_can_be_spent_through_the_day_that_is_named(expires: str, last: str, gone: str) -> None:
    text = f"""\
        steps:
          - {{event: purchase, body: {{total: 10}}}}
          - {{until: {last}}}
          - {{expect: {{points: 10}}}}
          - {{until: {gone}}}
          - {{expect: {{points: 0, expired: 10}}}}
        """

    assert outcome(shop(f"{{points: {{expires: {expires}}}}}", EARN), text) == "passed"


def test_pending_points_are_not_warned_of_and_expire_as_counted_from_activation() -> None:
    text = """\
        steps:
          - {event: purchase, body: {total: 10}}
          - {until: 2026-06-08T00:00:00}
          - {expect: {pending: 10, webhooks: {PointsWillExpire: 0}}}
          - {until: 2026-06-25T00:00:00}
          - {expect: {points: 10, webhooks: {PointsWillExpire: 1}}}
          - {until: 2026-07-01T00:00:00}
          - {expect: {points: 0, expired: 10}}
        """

    wallets = "{points: {pending: 14d, expires: {end_of: month}}}"
    assert outcome(shop(wallets, EARN, more="notify_before: {points: 7d}\n"), text) == "passed"


@pytest.mark.parametrize(("grace", "points", "expired"), [("0d", 0, 10), ("1d", 10, 0)])
def test_points_that_had_expired_when_they_were_booked_are_added_and_expired_together(
    grace: str, points: int, expired: int
) -> None:
    text = f"""\
        steps:
          - {{event: purchase, body: {{total: 10}}, time: 2026-04-30T12:00:00}}
          - expect:
              points: {points}
              earned: 10
              expired: {expired}
              events: {{points_expired: {1 if expired else 0}}}
        """

    wallets = f"{{points: {{dated: event, grace: {grace}, expires: {{end_of: month}}}}}}"
    assert outcome(shop(wallets, EARN), text) == "passed"


def test_what_a_member_owes_is_expected_as_a_balance_below_zero_and_progress_likewise() -> None:
    points = "reactor: sale\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
    spend = "reactor: spend\non: app_login\nthen: [{deduct_points: {points: 70}}]\n"
    net = "achievement: net\non: purchase\nmeasure: {sum: {'-': [0, {var: event.body.total}]}}\ngoal: 5\n"
    text = """\
        steps:
          - {transaction: A, items: [{sku: beans, gross_value: 100}]}
          - {event: app_login}
          - {return: R, of: A}
          - {event: purchase, body: {total: 2.5}}
          - {expect: {points: -70, achievements: {net: {progress: -2.5}}}}
          - {expect: {points: {points: -69}}}
        """

    assert outcome(shop("{points: {}}", points, spend, achievements__net=net), text) == {
        "points.points": ("-69", "-70")
    }
