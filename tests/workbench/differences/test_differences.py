"""Two programs compared: every difference is said, in words, and nothing but differences."""

from dataclasses import fields

import pytest

from loyalty.program.achievements import Achievement
from loyalty.program.effect_rules import AwardPointsRule, CallWebhookRule, SetAttributeRule
from loyalty.program.event_types import EventType, Reversal
from loyalty.program.logic import Place
from loyalty.program.program import NotifyBefore, Program
from loyalty.program.reactors import CodeRule, Limit, Reactor
from loyalty.program.rewards import Coupon, Price, PurchaseLimit, Reward, SharedCode, Span
from loyalty.program.tiers import Tier, TierSet
from loyalty.program.wallets import TransferLimit, Wallet
from tests.workbench.differences.programs import COFFEE, DOUBLE, FILES, PROGRAM, REGULAR, edited, program, said
from workbench.differences import AttributeChange, Change, as_json, change_counts, differences, markdown, text


def test_other_formatting_comments_file_names_and_orders_of_files_are_no_difference() -> None:
    rewritten = {
        "program.yaml": PROGRAM,
        "events/x/purchase.json": '{"event": "purchase", "title": "A purchase", "body": {"properties": {"note": '
        '{"type": "string"}, "total": {"minimum": 0.0, "type": "number"}, "channel": {"enum": ["store", "web"]}}, '
        '"type": "object", "required": ["total"]}}',
        "events/a.yml": "# nothing but a name\nevent: visit",
        "reactors/z.yaml": "# a comment\n" + DOUBLE.replace("{var: event.body.total}", "{var: [event.body.total]}"),
        "achievements/1.yaml": REGULAR.replace("goal: 200", "goal: 200.00"),
        "rewards/1.yaml": COFFEE,
    }

    changes = differences(program(), program(rewritten))

    assert changes == ()


EDITS = {
    ("program.yaml", "store: DEFAULT", "store: OTHER"): "~ setting store: DEFAULT -> OTHER",
    ("program.yaml", "title: Coffee shop", "title: Tea shop"): '~ setting title: "Coffee shop" -> "Tea shop"',
    ("program.yaml", "Europe/Warsaw", "UTC"): "~ setting timezone: Europe/Warsaw -> UTC",
    ("program.yaml", "register", "refuse"): "~ setting unknown_members: register -> refuse",
    ("program.yaml", "points: 7d", "points: 8d"): "~ setting notify_before points: 7d -> 8d",
    ("program.yaml", "coupons: 3d", "coupons: 12h"): "~ setting notify_before coupons: 3d -> 12h",
    ("program.yaml", ", tier: 14d", ""): "- setting notify_before tier: 14d",
    ("program.yaml", "earned_points", "active_points"): "~ setting tier_by: earned_points -> active_points",
    ("program.yaml", "{after: 365d}", "{end_of: year}"): (
        "~ setting tier_review: after 365d -> at the end of the year"
    ),
    ("program.yaml", "{after: 365d}", "never"): "- setting tier_review: after 365d",
    ("program.yaml", "after: 90d", "after: 6mo"): "~ wallet points|expires: after 90d -> after 6mo",
    ("program.yaml", "{after: 90d}", '{on: "12-31"}'): "~ wallet points|expires: after 90d -> at the end of 12-31",
    ("program.yaml", "title: Stars", "title: Sterne"): '~ wallet stars|title: "Stars" -> "Sterne"',
    ("program.yaml", "decimals: 2", "decimals: 1"): "~ wallet stars|decimals: 2 -> 1",
    ("program.yaml", "pending: 1d, ", ""): "~ wallet stars|pending: removed 1d",
    ("program.yaml", "from: 500", "from: 600"): "~ tier gold|from: 500 -> 600",
    ("program.yaml", "title: Golden", "title: Gold"): '~ tier gold|title: "Golden" -> "Gold"',
    ("program.yaml", "Early bird", "Lark"): '~ badge early-bird|title: "Early bird" -> "Lark"',
    ("program.yaml", "{title: Early bird}}", "{title: Early bird}, lark: {}}"): "+ badge lark",
    ("program.yaml", "decimals: 2", "decimals: 2, cost: 0.01"): "~ wallet stars|cost: added 0.01",
    ("events/purchase.yaml", "A purchase", "Bought"): '~ event type purchase|title: "A purchase" -> "Bought"',
    ("events/purchase.yaml", "minimum: 0", "minimum: 1"): "~ event type purchase|body.total minimum: 0 -> 1",
    ("events/purchase.yaml", "minimum: 0", "maximum: 90"): (
        "~ event type purchase|body.total minimum: removed 0|body.total maximum: added 90"
    ),
    ("events/purchase.yaml", "[web, store]", "[web, phone, store]"): (
        '~ event type purchase|body.channel enum: added "phone"'
    ),
    ("events/purchase.yaml", "required: [total]", "required: [total, note]"): (
        '~ event type purchase|body required: added "note"'
    ),
    ("events/purchase.yaml", ", note: {type: string}", ""): (
        '~ event type purchase|body.note: removed {"type": "string"}'
    ),
    ("rewards/coffee.yaml", "A coffee", "Tea"): '~ reward coffee|title: "A coffee" -> "Tea"',
    ("rewards/coffee.yaml", "C-", "T-"): "~ reward coffee|coupon prefix: C- -> T-",
    ("rewards/coffee.yaml", "length: 8", "length: 9"): "~ reward coffee|coupon length: 8 -> 9",
    ("rewards/coffee.yaml", "value: 10", "value: 10.5"): "~ reward coffee|coupon: 10% -> 10.5%",
    ("rewards/coffee.yaml", "percentage", "money"): "~ reward coffee|coupon: 10% -> 10 of money",
    ("rewards/coffee.yaml", "title: A coffee", "title: A coffee\ncost: 2.50"): "~ reward coffee|cost: added 2.5",
    ("rewards/coffee.yaml", ", valid: 30d", ""): "~ reward coffee|coupon valid: removed 30d",
    ("rewards/coffee.yaml", "coupon", "price: 100\ncoupon"): "~ reward coffee|price: added 100 points",
    ("rewards/coffee.yaml", "coupon", "price: {min: 10}\ncoupon"): (
        "~ reward coffee|price: added from 10 points in steps of 1"
    ),
    ("rewards/coffee.yaml", "coupon", 'for: {"==": [{var: member.tier}, gold]}\ncoupon'): (
        '~ reward coffee|for: added member.tier == "gold" (rewards/coffee.yaml:3:6)'
    ),
    ("rewards/coffee.yaml", "coupon", "sold: {until: 2026-12-31}\ncoupon"): (
        "~ reward coffee|sold until: added 2026-12-31"
    ),
    ("rewards/coffee.yaml", "coupon", "limits: [{every: month, times: 2}]\ncoupon"): (
        "~ reward coffee|limits: added 2 times a month per member"
    ),
    ("rewards/coffee.yaml", "coupon", "categories: [drinks]\ndescription: Hot.\ncoupon"): (
        '~ reward coffee|description: added "Hot."|categories: added drinks'
    ),
    ("rewards/coffee.yaml", "coupon", "statuses: [shipped, completed]\ncoupon"): (
        "~ reward coffee|statuses: added shipped, completed"
    ),
    ("rewards/coffee.yaml", "value: 10,", "value: {var: points},"): (
        "~ reward coffee|coupon: 10% -> % points (rewards/coffee.yaml:3:40)"
    ),
    ("rewards/coffee.yaml", "prefix: C-, length: 8", "shared: {code: SUMMER, uses: 9}"): (
        "~ reward coffee|coupon length: removed 8|coupon prefix: removed C-"
        "|coupon shared: added SUMMER, 9 in all, 1 per member"
    ),
    ("rewards/coffee.yaml", ", valid: 30d", ", valid: 30d, begins: 1d, from: 2026-03-01"): (
        "~ reward coffee|coupon begins: added 1d|coupon from: added 2026-03-01"
    ),
    ("reactors/double.yaml", "Double points", "Twice"): '~ reactor double|title: "Double points" -> "Twice"',
    ("reactors/double.yaml", "times: 3", "times: 5"): (
        "~ reactor double|limits: 3 times a day per member -> 5 times a day per member"
    ),
    ("reactors/double.yaml", "points: 1000", "points: 2000"): (
        "~ reactor double|limits: 1000 points a month for the whole program -> "
        "2000 points a month for the whole program"
    ),
    ("reactors/double.yaml", "per: member", "per: program"): (
        "~ reactor double|limits: removed 3 times a day per member|limits: added 3 times a day for the whole program"
    ),
    ("reactors/double.yaml", "every: day", "every: ever"): (
        "~ reactor double|limits: removed 3 times a day per member|limits: added 3 times in all per member"
    ),
    ("reactors/double.yaml", "2026-01-01", "2026-02-01T12:00:00"): (
        "~ reactor double|active from: 2026-01-01 -> 2026-02-01T12:00:00"
    ),
    ("reactors/double.yaml", "2026-12-31T18:00:00", "2026-12-31"): (
        "~ reactor double|active until: 2026-12-31T18:00:00 -> 2026-12-31"
    ),
    ("reactors/double.yaml", "round: up", "round: down"): "~ reactor double|award_points round: removed up",
    ("reactors/double.yaml", "round: up", "round: up, wallet: stars"): (
        "~ reactor double|award_points wallet: added stars"
    ),
    ("reactors/double.yaml", "pending: 2d", "pending: 3d"): "~ reactor double|award_points pending: 2d -> 3d",
    ("reactors/double.yaml", "{end_of: month}", "{end_of: year}"): (
        "~ reactor double|award_points expires: at the end of the month -> at the end of the year"
    ),
    ("reactors/double.yaml", "name: last", "name: latest"): (
        "~ reactor double|set_attribute: last -> latest"
        '|set_attribute last: removed {"var": "event.body.total"}'
        '|set_attribute latest: added {"var": "event.body.total"}'
    ),
    ("reactors/double.yaml", "value: {var: event.body.total}", "value: 7"): (
        '~ reactor double|set_attribute last: {"var": "event.body.total"} -> 7'
    ),
    ("reactors/double.yaml", "example/a", "example/b"): (
        "~ reactor double|call_webhook: https://partner.example/a -> https://partner.example/b"
    ),
    ("reactors/double.yaml", "body: {total:", "body: {sum: 1, total:"): (
        "~ reactor double|call_webhook body.sum: added 1"
    ),
    ("reactors/double.yaml", "X-Shop: a", "X-Shop: b"): '~ reactor double|call_webhook header X-Shop: "a" -> "b"',
    ("achievements/regular.yaml", "A regular", "Often"): '~ achievement regular|title: "A regular" -> "Often"',
    ("achievements/regular.yaml", "Buy often.", "Buy."): '~ achievement regular|description: "Buy often." -> "Buy."',
    ("achievements/regular.yaml", "{sum:", "{distinct:"): (
        "~ achievement regular|measure: the sum of event.body.total -> the different event.body.total"
        " (achievements/regular.yaml:6:16 -> achievements/regular.yaml:6:21)"
    ),
    ("achievements/regular.yaml", "window: month", "window: {last: 30d}"): (
        "~ achievement regular|window: month -> the last 30 days"
    ),
    ("achievements/regular.yaml", "goal: 200", "goal: 250.5"): "~ achievement regular|goal: 200 -> 250.5",
    ("achievements/regular.yaml", "repeat: unlimited", "repeat: 3"): (
        "~ achievement regular|repeat: unlimited -> 3 times"
    ),
    ("achievements/regular.yaml", "{grant_badge: early-bird}, ", ""): (
        "~ achievement regular|grant_badge: removed early-bird"
    ),
    ("achievements/regular.yaml", "issue_reward: coffee", "set_tier: gold"): (
        "~ achievement regular|issue_reward: removed coffee|set_tier: added gold"
    ),
    ("achievements/regular.yaml", "[{grant_badge: early-bird}, {issue_reward: coffee}]",
     "[{issue_reward: coffee}, {grant_badge: early-bird}]"): (
        "~ achievement regular|then, in another order: grant_badge, issue_reward -> issue_reward, grant_badge"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), EDITS.items(), ids=str)
def test_one_edit_is_said_in_words_of_the_files(edit: tuple[str, str, str], expected: str) -> None:
    lines = text(differences(program(), edited(*edit))).splitlines()

    assert "|".join(line.strip() for line in lines) == expected


def test_an_achievement_that_is_measured_otherwise_says_both_measures() -> None:
    counted_by_days = program(
        FILES
        | {"achievements/regular.yaml": REGULAR.replace("{sum: {var: event.body.total}}", "days").replace("200", "20")}
    )

    assert said(program(), counted_by_days) == [
        "measure: the sum of event.body.total -> days (achievements/regular.yaml:6:16)",
        "goal: 200 -> 20",
    ]


def test_a_changed_number_of_a_rule_is_shown_with_the_places_of_both_sides() -> None:
    moved = program(FILES | {"reactors/double.yaml": "# a line more\n" + DOUBLE.replace("total}, 2]", "total}, 3]")})

    (change,) = differences(program(), moved)

    assert change == Change(
        "reactor",
        "double",
        "changed",
        (
            AttributeChange(
                "award_points",
                "event.body.total * 2",
                "event.body.total * 3",
                Place("reactors/double.yaml", 6, 28),
                Place("reactors/double.yaml", 7, 28),
            ),
        ),
    )
    assert text([change]).splitlines()[1] == (
        "    award_points: event.body.total * 2 -> event.body.total * 3"
        " (reactors/double.yaml:6:28 -> reactors/double.yaml:7:28)"
    )


def test_things_come_and_go_by_name_with_all_that_is_said_of_them() -> None:
    old = program()
    renamed = program(FILES | {"reactors/double.yaml": DOUBLE.replace("reactor: double", "reactor: twice")})

    removed, added = differences(old, renamed)

    assert (removed.what, removed.name, added.what, added.name) == ("removed", "double", "added", "twice")
    assert [part.now for part in added.parts] == [part.was for part in removed.parts]
    assert text([added]).splitlines()[:4] == [
        "+ reactor twice",
        '    title: "Double points"',
        "    on: purchase",
        '    when: event.body.total >= 20 and event.body.channel == "web" (reactors/double.yaml:4:7)',
    ]
    assert change_counts([removed, added]) == "1 added, 1 removed"


def test_without_an_old_program_everything_is_added() -> None:
    changes = differences(None, program())

    assert {change.what for change in changes} == {"added"}
    assert {change.kind for change in changes} == {
        "setting", "wallet", "tier", "badge", "event type", "reward", "reactor", "achievement"
    }  # fmt: skip


def test_markdown_keeps_whatever_a_file_says_inside_its_code() -> None:
    odd = edited("program.yaml", "title: Coffee shop", 'title: "A `b` <i> | * ``"')

    assert markdown(differences(program(), odd)) == (
        '- **changed** setting `title`: `"Coffee shop"` → ``` "A `b` <i> | * ``" ```\n'
    )
    assert markdown(()) == "No differences.\n"


def test_json_has_both_sides_and_both_places() -> None:
    (change,) = as_json(differences(program(), edited("reactors/double.yaml", "total}, 2]", "total}, 3]")))

    assert change == {
        "kind": "reactor",
        "name": "double",
        "what": "changed",
        "parts": [
            {
                "about": "award_points",
                "what": "changed",
                "was": "event.body.total * 2",
                "now": "event.body.total * 3",
                "wasAt": "reactors/double.yaml:6:28",
                "nowAt": "reactors/double.yaml:6:28",
            }
        ],
    }


@pytest.mark.parametrize(
    ("kind", "compared"),
    [
        (Program, ("store title zone registers_unknown_members wallets notify_before tiers tier_by tier_review "
                  "event_types reactors achievements rewards region returns tier_on_return badges tier_fall "
                  "tier_wallet_code tier_spend tier_spend_text more_tier_sets attributes")),
        (TierSet, "name title tiers by wallet review fall spend spend_text"),
        (Wallet, "code title default decimals pending expires cost debt grace dated transfer_limits"),
        (TransferLimit, "every times points"),
        (NotifyBefore, "points coupons tier"),
        (Tier, "name title start"),
        (EventType, "name title body built_in has_member names reverses"),
        (Reversal, "event where share"),
        (Reward, "name title coupon cost description categories price eligible shown sold limits statuses"),
        (Price, "wallet least step"),
        (Span, "start end"),
        (SharedCode, "code uses each"),
        (PurchaseLimit, "per every times"),
        (Coupon, "prefix length value value_type valid codes shared begins start until decimals"),
        (Reactor, "name title on when then limits active_from active_until place code"),
        (CodeRule, "given uses"),
        (Limit, "per every times points"),
        (Achievement, "name title description on when measure window goal repeat then place measure_text"),
        (AwardPointsRule, "points wallet rounding pending expires qualifies"),
        (SetAttributeRule, "name value"),
        (CallWebhookRule, "url body headers"),
    ],
)  # fmt: skip
def test_nothing_that_a_program_says_is_left_out_of_the_comparison(kind: type, compared: str) -> None:
    """Whoever adds a field compares it in workbench/differences/inventory.py, and then names it here."""
    assert [field.name for field in fields(kind)] == compared.split()
