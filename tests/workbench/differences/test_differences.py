"""Two programs compared: every difference is said, in words, and nothing but differences."""

from collections.abc import Mapping
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings

import rules
from loyalty.program.achievements import Achievement
from loyalty.program.effect_rules import AwardPointsRule, CallWebhookRule, SetAttributeRule
from loyalty.program.event_types import EventType, Reversal
from loyalty.program.logic import Logic, Place
from loyalty.program.program import NotifyBefore, Program
from loyalty.program.reactors import CodeRule, Limit, Reactor
from loyalty.program.rewards import Coupon, Price, PurchaseLimit, Reward, SharedCode, Span
from loyalty.program.tiers import Tier, TierSet
from loyalty.program.wallets import TransferLimit, Wallet
from program_files import read_program
from rules import exact
from rules.expression import Call
from tests.rules.strategies import any_rules
from workbench.differences import AttributeChange, Change, as_json, change_counts, differences, markdown, text
from workbench.differences.expressions import json_of, rule_changes

PROGRAM = """\
store: DEFAULT
title: Coffee shop
timezone: Europe/Warsaw
unknown_members: register
wallets:
  points: {default: true, expires: {after: 90d}}
  stars: {title: Stars, decimals: 2, pending: 1d, expires: never}
notify_before: {points: 7d, coupons: 3d, tier: 14d}
tier_by: earned_points
tier_review: {after: 365d}
tiers:
  - {tier: bronze, from: 0}
  - {tier: gold, title: Golden, from: 500}
badges: {early-bird: {title: Early bird}}
"""

PURCHASE = """\
event: purchase
title: A purchase
body:
  type: object
  required: [total]
  properties: {total: {type: number, minimum: 0}, channel: {enum: [web, store]}, note: {type: string}}
"""

DOUBLE = """\
reactor: double
title: Double points
on: purchase
when: {and: [{">=": [{var: event.body.total}, 20]}, {"==": [{var: event.body.channel}, web]}]}
then:
  - award_points: {points: {"*": [{var: event.body.total}, 2]}, round: up, pending: 2d, expires: {end_of: month}}
  - set_attribute: {name: last, value: {var: event.body.total}}
  - call_webhook: {url: "https://partner.example/a", body: {total: {var: event.body.total}}, headers: {X-Shop: a}}
limits:
  - {per: member, every: day, times: 3}
  - {per: program, every: month, points: 1000}
active: {from: 2026-01-01, until: 2026-12-31T18:00:00}
"""

REGULAR = """\
achievement: regular
title: A regular
description: Buy often.
on: purchase
when: {">": [{var: event.body.total}, 5]}
measure: {sum: {var: event.body.total}}
window: month
goal: 200
repeat: unlimited
then: [{grant_badge: early-bird}, {issue_reward: coffee}]
"""

COFFEE = "reward: coffee\ntitle: A coffee\ncoupon: {prefix: C-, length: 8, value: 10, type: percentage, valid: 30d}\n"

FILES = {
    "program.yaml": PROGRAM,
    "events/purchase.yaml": PURCHASE,
    "events/visit.yaml": "event: visit\n",
    "reactors/double.yaml": DOUBLE,
    "achievements/regular.yaml": REGULAR,
    "rewards/coffee.yaml": COFFEE,
}


def program(files: Mapping[str, str] = FILES) -> Program:
    return read_program({name: text.encode() for name, text in files.items()})


def edited(file: str, old: str, new: str) -> Program:
    """The program with one edit of one file."""
    assert old in FILES[file], old
    return program(FILES | {file: FILES[file].replace(old, new, 1)})


def with_rule(when: str) -> Program:
    """The program with another condition of the reactor."""
    lines = [f"when: {when}" if line.startswith("when:") else line for line in DOUBLE.splitlines()]
    return program(FILES | {"reactors/double.yaml": "\n".join(lines)})


def said(old: Program, new: Program) -> list[str]:
    """The lines below the names of the things that changed."""
    return [line.strip() for line in text(differences(old, new)).splitlines() if line.startswith(" ")]


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


AND = '{and: [{">=": [{var: event.body.total}, 20]}, {"==": [{var: event.body.channel}, web]}]}'
TOTAL, WEB = "event.body.total >= 20", 'event.body.channel == "web"'
AT = "(reactors/double.yaml:4:"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (AND, AND.replace("20", "30"), ["when: event.body.total >= 20 -> event.body.total >= 30"]),
        (AND, AND.replace('">="', '">"'), ["when: event.body.total >= 20 -> event.body.total > 20"]),
        (AND, AND.replace("web]}", 'web]}, {"==": [{var: member.tier}, gold]}'), ['when: added member.tier == "gold"']),
        (AND, '{"==": [{var: event.body.channel}, web]}', ["when: removed event.body.total >= 20"]),
        (AND, AND.replace("and:", "or:"), [f"when: {TOTAL} and {WEB} -> {TOTAL} or {WEB}"]),
        ('{or: [{"==": [{var: member.tier}, gold]}, {">": [{var: event.body.total}, 1]}]}',
         '{or: [{"==": [{var: member.tier}, gold]}, {">": [{var: event.body.total}, 2]}, {var: member.active}]}'
         .replace(", {var: member.active}", ', {"==": [{var: event.body.note}, x]}'),
         ["when, one of: event.body.total > 1 -> event.body.total > 2", 'when, one of: added event.body.note == "x"']),
        ('{"!": {"==": [{var: event.body.channel}, web]}}', '{"!=": [{var: event.body.channel}, web]}',
         ['when: not event.body.channel == "web" -> event.body.channel != "web"']),
        ('{">": [{"*": [{"+": [{var: event.body.total}, 1]}, 2]}, 3]}',
         '{">": [{"+": [{var: event.body.total}, {"*": [1, 2]}]}, 3]}',
         ["when: (event.body.total + 1) * 2 > 3 -> event.body.total + 1 * 2 > 3"]),
        ('{"==": [{var: [event.body.note, a]}, a]}', '{"==": [{var: [event.body.note, b]}, a]}',
         ['when: (event.body.note else "a") == "a" -> (event.body.note else "b") == "a"']),
    ],
    ids=str,
)  # fmt: skip
def test_the_parts_of_a_condition_that_differ_are_said(old: str, new: str, expected: list[str]) -> None:
    lines = said(with_rule(old), with_rule(new))

    assert [line.split(f" {AT}")[0] for line in lines] == expected
    assert all(AT in line for line in lines)


def test_one_more_word_in_a_long_list_is_that_word_alone() -> None:
    words = [f"word-{number}" for number in range(60)]
    rule = "{in: [{var: event.body.note}, [%s]]}"

    lines = said(with_rule(rule % ", ".join(words)), with_rule(rule % ", ".join([*words[1:], "another"])))

    assert [line.split(f" {AT}")[0] for line in lines] == [
        'when, event.body.note in: removed "word-0"',
        'when, event.body.note in: added "another"',
    ]


def test_long_texts_are_cut_to_where_they_part() -> None:
    rule = '{"==": [{var: event.body.note}, "%s"]}'

    (line,) = said(with_rule(rule % ("a" * 500 + "b")), with_rule(rule % ("a" * 500 + "c")))

    assert line.startswith(f'when: ...{"a" * 30}b" -> ...{"a" * 30}c" {AT}')


def test_what_words_cannot_tell_apart_is_shown_as_json() -> None:
    old, new = '{"==": [{var: "event.body.note"}, "it"]}', '{"==": [{var: "event.body.note"}, {cat: ["it"]}]}'

    (line,) = said(with_rule(old), with_rule(new))

    assert '-> event.body.note == cat("it")' in line


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
        (Achievement, "name title description on when measure window goal repeat then place"),
        (AwardPointsRule, "points wallet rounding pending expires qualifies"),
        (SetAttributeRule, "name value"),
        (CallWebhookRule, "url body headers"),
    ],
)  # fmt: skip
def test_nothing_that_a_program_says_is_left_out_of_the_comparison(kind: type, compared: str) -> None:
    """Whoever adds a field compares it in workbench/differences/inventory.py, and then names it here."""
    assert [field.name for field in fields(kind)] == compared.split()


def logic(rule: object) -> Logic:
    expression = rules.parse(rule)
    return Logic(
        expression, rules.compile(expression), Place("a.yaml", 1, 1), lambda path: Place("a.yaml", 1, len(path))
    )


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(old=any_rules, new=any_rules)
def test_any_two_rules_are_compared_and_what_is_said_of_both_sides_differs(old: object, new: object) -> None:
    parts = list(rule_changes("when", logic(old), logic(new)))

    assert all(part.was != part.now for part in parts)
    assert list(rule_changes("when", logic(old), logic(old))) == []
    assert parts != [] or json_of(logic(old).expression) == json_of(logic(new).expression) or is_alone(old, new)


def is_alone(*sides: object) -> bool:
    """Whether a side is an `and` or `or` of one: it says no more than that one."""
    return any(len(rules.parse(side).operands) == 1 for side in sides if isinstance(rules.parse(side), Call))


def test_two_large_rules_differ_in_the_one_part_that_does() -> None:
    rule: dict[str, list[object]] = {"and": [{"==": [{"var": f"event.body.n{n}"}, n]} for n in range(40)]}
    for level in range(40):
        rule = {"or": [rule, *({"==": [{"var": f"event.body.m{level}"}, n]} for n in range(40))]}
    changed = exact.loads(exact.dumps(rule).replace('"event.body.n7"}, 7', '"event.body.n7"}, 70'))

    (part,) = rule_changes("when", logic(rule), logic(changed))

    assert (part.was, part.now) == ("event.body.n7 == 7", "event.body.n7 == 70")
