"""What good files come to, defaults among it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from loyalty.calendar import Duration
from loyalty.program.achievements import CountDays, CountEvents, Distinct, Last, Sum
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.expiry import After, EndOf, Expiry, Never, OnDate
from loyalty.program.logic import Logic
from loyalty.program.program import NotifyBefore
from loyalty.program.reactors import Limit
from loyalty.program.rewards import Coupon
from loyalty.program.wallets import TransferLimit, Wallet
from program_files import read_program
from tests.program_files.cases import GOOD, achievement, program, reactor, then

DATA = {
    "event": {"type": "purchase", "body": {"total": Decimal("12.5"), "channel": "web"}},
    "member": {"id": "m", "tier": "gold", "attributes": {"size": 3}},
}


def read(path: str, text: str) -> Any:
    """The good program with one file more."""
    return read_program({**GOOD, path: text.encode()})


def effect(text: str) -> EffectRule:
    """The one effect of a reactor."""
    return read("reactors/r.yaml", then(text)).reactors[0].then[0]


def test_a_program_needs_a_store_and_a_timezone_and_the_rest_is_filled_in() -> None:
    found = read_program({"program.yaml": b"store: S\ntimezone: UTC\n"})

    assert (found.store, found.title, found.zone.key) == ("S", "S", "UTC")
    assert found.registers_unknown_members
    assert found.wallets == {"points": Wallet("points", "points", True, 0, Duration(), Never())}
    assert found.notify_before == NotifyBefore(None, None, None)
    assert (found.tiers, found.tier_by, found.badges) == ((), "earned_points", {})
    assert found.tier_review == Never()
    assert all(event_type.built_in for event_type in found.event_types.values())


def test_settings_are_what_the_file_says() -> None:
    text = (
        "title: Shop\nunknown_members: refuse\ntier_by: active_points\n"
        "wallets: {miles: {title: Miles, decimals: 2, pending: 14d}}\n"
        "notify_before: {points: 7d, tier: 2w}\nbadges: {a: {title: A badge}, b: {}}\n"
        "tiers: [{tier: low, from: 0.5, title: Low}, {tier: high, from: 10}]\n"
    )

    found = read_program({"program.yaml": program(text).encode()})

    assert found.title == "Shop"
    assert not found.registers_unknown_members
    assert found.wallets == {"miles": Wallet("miles", "Miles", True, 2, Duration(days=14), Never())}
    assert found.notify_before == NotifyBefore(Duration(days=7), None, Duration(days=14))
    assert found.badges == {"a": "A badge", "b": "b"}
    assert [(tier.name, tier.title, tier.start) for tier in found.tiers] == [
        ("low", "Low", Decimal("0.5")),
        ("high", "high", Decimal(10)),
    ]


@pytest.mark.parametrize(
    ("text", "expiry"),
    [
        ("never", Never()),
        ("{after: 6mo}", After(Duration(months=6))),
        ("{after: 6mo, through: quarter}", After(Duration(months=6), "quarter")),
        ("{after: 12mo, end_of: month}", After(Duration(months=12), "month")),
        ("{end_of: year}", EndOf("year")),
        ("{end_of: half_year, plus: 1y}", EndOf("half_year", Duration(months=12))),
        ("{on: 12-31}", OnDate(12, 31)),
        ('{on: "02-29"}', OnDate(2, 29)),
    ],
)
def test_points_expire_and_tiers_are_reviewed_as_the_files_say(text: str, expiry: Expiry) -> None:
    settings = f"wallets: {{p: {{expires: {text}}}}}\ntier_review: {text}\n"
    files = {"program.yaml": program(settings).encode()}

    assert read_program(files).wallets["p"].expires == expiry
    assert read_program(files).tier_review == expiry
    assert effect(f"award_points: {{points: 1, expires: {text}}}").expires == expiry  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "debt"),
    [
        ("{}", None),
        ("{debt: true}", None),
        ("{debt: false}", 0),
        ("{debt: none}", 0),
        ("{debt: {up_to: 2.5}}", Decimal("2.5")),
    ],
)
def test_a_wallet_says_how_much_a_member_may_owe(text: str, debt: Decimal | None) -> None:
    files = {"program.yaml": program(f"wallets: {{p: {text}}}\n").encode()}

    assert read_program(files).wallets["p"].debt == debt


def test_a_wallet_says_how_its_points_are_dated_and_transferred() -> None:
    text = (
        "dated: event\nwallets:\n  a: {default: true}\n  b: {dated: award, grace: 0d}\n"
        "  c: {grace: 2w, transfers: {limits: [{every: year, times: 12}, {every: month, points: 50}]}}\n"
    )

    found = read_program({"program.yaml": program(text).encode()}).wallets

    assert [(each.dated, each.grace) for each in found.values()] == [
        ("event", Duration(days=30)),
        ("award", Duration()),
        ("event", Duration(days=14)),
    ]
    assert found["a"].transfer_limits == ()
    assert found["c"].transfer_limits == (TransferLimit("year", 12, None), TransferLimit("month", None, Decimal(50)))


def test_badges_that_are_not_declared_may_have_any_name() -> None:
    files = {
        "program.yaml": program("").encode(),
        "reactors/r.yaml": b"reactor: r\non: tier_changed\nthen: [{grant_badge: x}]\n",
    }

    assert read_program(files).reactors[0].then == (GrantBadge("x"),)


def test_points_are_rules_with_their_rounding_and_wallet() -> None:
    plain = effect("award_points: {points: 100}")
    full = effect(
        "award_points: {points: {'*': [{var: event.body.total}, 2]}, wallet: miles, round: half_up, pending: 0d}"
    )
    less = effect("deduct_points: {points: 5, round: up}")

    assert isinstance(plain, AwardPointsRule)
    assert (plain.points.rule(DATA), plain.wallet, plain.rounding, plain.pending, plain.expires) == (
        100,
        "points",
        "down",
        None,
        None,
    )
    assert isinstance(full, AwardPointsRule)
    assert (full.points.rule(DATA), full.wallet, full.rounding, full.pending) == (25, "miles", "half_up", Duration())
    assert str(full.points.place) == "reactors/r.yaml:3:32"
    assert isinstance(less, DeductPointsRule)
    assert (less.points.rule(DATA), less.wallet, less.rounding) == (5, "points", "up")


def test_badges_rewards_and_tiers_are_named() -> None:
    assert effect("grant_badge: early-bird") == GrantBadge("early-bird")
    assert effect("issue_reward: coffee") == IssueReward("coffee")
    assert effect("set_tier: gold") == SetTier("gold")


def test_a_template_is_literal_but_for_objects_whose_one_key_is_an_operator() -> None:
    hook = effect(
        "call_webhook: {url: 'https://a.example/x', headers: {X-Key: k},"
        " body: {total: {var: event.body.total}, list: [1.50, {cat: [a, b]}], both: {var: a, in: b}, none: {}}}"
    )

    assert isinstance(hook, CallWebhookRule)
    assert hook.headers == (("X-Key", "k"),)
    assert isinstance(hook.body["total"], Logic)
    assert hook.body["total"].rule(DATA) == Decimal("12.5")
    assert hook.body["list"][0] == Decimal("1.50")
    assert hook.body["list"][1].rule(DATA) == "ab"
    assert (hook.body["both"], hook.body["none"]) == ({"var": "a", "in": "b"}, {})


def test_an_attribute_is_set_to_a_template_and_a_webhook_without_body_sends_an_empty_one() -> None:
    attribute = effect("set_attribute: {name: last, value: {var: event.body.channel}}")
    hook = effect("call_webhook: {url: 'http://10.0.0.1:8080/x'}")

    assert isinstance(attribute, SetAttributeRule)
    assert (attribute.name, attribute.value.rule(DATA)) == ("last", "web")
    assert hook == CallWebhookRule("http://10.0.0.1:8080/x", {}, ())


def test_conditions_see_the_member_and_attributes_may_be_anything() -> None:
    text = reactor("when: {'==': [{var: member.attributes.size}, 3]}\nthen: [{set_tier: gold}]\n")

    found = read("reactors/r.yaml", text).reactors[0]

    assert found.when.rule(DATA) is True
    assert str(found.when.place) == "reactors/r.yaml:3:7"
    assert str(found.place) == "reactors/r.yaml:1:1"


def test_limits_are_per_member_if_they_do_not_say() -> None:
    text = "then: [{set_tier: gold}]\nlimits: [{every: day, times: 3}, {per: program, every: ever, points: 0.5}]\n"

    found = read("reactors/r.yaml", reactor(text)).reactors[0]

    assert found.limits == (
        Limit("member", "day", 3, None),
        Limit("program", "ever", None, Decimal("0.5")),
    )


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        # A date is a whole local day: in Warsaw, summer begins it at 22:00 UTC and winter at 23:00.
        (
            "{from: 2026-01-01, until: 2026-06-30}",
            datetime(2025, 12, 31, 23, tzinfo=UTC),
            datetime(2026, 6, 30, 22, tzinfo=UTC),
        ),
        ("{from: 2026-07-01T10:00:00}", datetime(2026, 7, 1, 8, tzinfo=UTC), None),
        ("{until: 2026-07-01T10:00:00-05:00}", None, datetime(2026, 7, 1, 15, tzinfo=UTC)),
        (
            "{from: 2026-07-01, until: 2026-07-01}",
            datetime(2026, 6, 30, 22, tzinfo=UTC),
            datetime(2026, 7, 1, 22, tzinfo=UTC),
        ),
    ],
)
def test_a_reactor_is_active_from_the_first_to_the_end_of_the_last_local_day(
    text: str, start: datetime | None, end: datetime | None
) -> None:
    found = read("reactors/r.yaml", reactor(f"then: [{{set_tier: gold}}]\nactive: {text}\n")).reactors[0]

    assert (found.active_from, found.active_until) == (start, end)


def test_an_achievement_counts_events_once_and_for_ever_if_it_does_not_say() -> None:
    found = read("achievements/a.yaml", achievement("goal: 7\n")).achievements[0]

    assert (found.name, found.title, found.description) == ("a", "a", "")
    assert (found.measure, found.window, found.goal, found.repeat, found.then) == (CountEvents(), "all", 7, 1, ())


def test_an_achievement_measures_what_it_says() -> None:
    days = read("achievements/a.yaml", achievement("goal: 30\nmeasure: days\nwindow: {last: 30d}\nrepeat: unlimited\n"))
    total = read("achievements/a.yaml", achievement("goal: 2.5\nmeasure: {sum: {var: event.body.total}}\nrepeat: 4\n"))
    values = read(
        "achievements/a.yaml", achievement("goal: 3\nmeasure: {distinct: {var: event.body.channel}}\nwindow: week\n")
    )

    assert (days.achievements[0].measure, days.achievements[0].window) == (CountDays(), Last(30))
    assert days.achievements[0].repeat is None
    assert isinstance(total.achievements[0].measure, Sum)
    assert total.achievements[0].measure.number.rule(DATA) == Decimal("12.5")
    assert total.achievements[0].repeat == 4
    assert isinstance(values.achievements[0].measure, Distinct)
    assert values.achievements[0].window == "week"


def test_what_an_achievement_gives_sees_the_event_of_its_completion() -> None:
    found = read(
        "achievements/a.yaml", achievement("goal: 1\nthen: [{award_points: {points: {var: event.body.times}}}]\n")
    )

    rule = found.achievements[0].then[0].points.rule
    assert rule({"event": {"body": {"achievement": "a", "times": 2}}}) == 2


def test_a_reward_may_have_a_coupon() -> None:
    coupon = "coupon: {prefix: C-, value: 5.50, type: money, valid: 30d}\n"

    found = read("rewards/r.yaml", f"reward: r\ntitle: R\n{coupon}").rewards

    assert found["coffee"].coupon is None
    assert found["r"].coupon == Coupon("C-", 10, Decimal("5.50"), "money", Duration(days=30))


def test_an_event_type_without_a_schema_takes_any_object_and_rules_may_read_all_of_it() -> None:
    files = {
        **GOOD,
        "events/e.json": b'{"event": "e"}',
        "reactors/r.yaml": b"reactor: r\non: e\nwhen: {'==': [{var: event.body.a.b}, 1]}\nthen: [{set_tier: gold}]\n",
    }

    found = read_program(files)

    assert found.event_types["e"].body.is_valid({"x": 1})
    assert not found.event_types["e"].body.is_valid([])


def test_reactors_and_achievements_keep_the_order_of_their_paths() -> None:
    texts = {f"reactors/{name}.yaml": f"reactor: {name}\non: purchase\nthen: [{{set_tier: gold}}]\n" for name in "cab"}

    found = read_program({**GOOD, **{path: text.encode() for path, text in texts.items()}})

    assert [reactor.name for reactor in found.reactors] == ["a", "b", "c"]


def test_tests_of_designers_are_no_part_of_the_program() -> None:
    found = read("tests/streak.yaml", "nothing: [that a program has")

    assert found.reactors == ()
