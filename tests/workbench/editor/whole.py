"""A program in which every key of every kind of file stands."""

from typing import Any

from program_files.text.nodes import Node
from program_files.text.problems import Problems
from program_files.text.text import read_text
from workbench.editor import FILE_SCHEMAS, read_vocabulary, schema_of

FILES = {
    "program.yaml": b"""\
store: DEFAULT
title: Coffee shop
timezone: Europe/Warsaw
region: PL
unknown_members: register
wallets:
  points: {title: Beans, default: true, decimals: 2, pending: 0d, expires: {after: 90d}, cost: 0.01}
  stamps: {expires: {end_of: half_year, plus: 1y}, dated: award, grace: 0d, debt: none}
  miles: {expires: {on: 12-31}, debt: {up_to: 100}, transfers: {limits: [{every: year, times: 12, points: 1000.5}]}}
  gems: {expires: never, debt: false}
  pearls: {expires: {after: 1y, through: quarter}, debt: true}
  shells: {expires: {after: 12mo, end_of: month}}
dated: event
notify_before: {points: 7d, coupons: 3d, tier: 2w}
tiers: [{tier: bronze, from: 0, title: Bronze}, {tier: gold, from: 100.5}]
tier_by: spend
tier_spend: {var: event.body.gross_value}
tier_wallet: points
tier_fall: one_step
returns: automatic
tier_on_return: review
tier_review: {end_of: year, plus: 1y}
tier_sets:
  status:
    {title: Status, tiers: [{tier: guest, from: 0}, {tier: friend, from: 6}], by: spend, wallet: points, fall: one_step,
     spend: {var: event.body.gross_value}, valid: {anniversary: registration, plus: 1y}}
badges: {early-bird: {title: Early bird}, late-bird: {}}
""",
    "events/purchase.yaml": b"""\
event: purchase
title: A purchase
body:
  type: object
  required: [total, items]
  properties:
    total: {type: number, minimum: 0}
    channel: {enum: [web, store]}
    note: {type: [string, "null"]}
    items: {type: array, items: {$ref: "#/$defs/item"}}
    tags: {type: array, items: {type: string}}
  $defs:
    item:
      {type: object, required: [sku], properties: {sku: {type: string}, parts: {type: array, items: {type: number}}}}
""",
    "events/ping.json": b'{"event": "ping"}',
    "events/refund.yaml": b"""\
event: refund
body: {type: object, required: [note], properties: {note: {type: string}}}
reverses: {event: purchase, where: {note: {var: event.body.note}}, share: {if: [{var: reversed.body.tags}, 1, 0.5]}}
""",
    "reactors/double.yaml": b"""\
reactor: double
title: Double points
on: purchase
when: {and: [{">=": [{var: event.body.total}, 20]}, {some: [{var: event.body.items}, {"==": [{var: sku}, mug]}]}]}
code: {is: {cat: [{var: event.body.total}, x]}, uses: 2}
then:
  - award_points:
      {points: {"*": [{var: event.body.total}, 2]}, wallet: stamps, round: half_up, pending: 1d, expires: {after: 1y},
       qualifies: false}
  - deduct_points: {points: 1, wallet: points, round: up}
  - grant_badge: early-bird
  - issue_reward: coffee
  - set_tier: gold
  - set_tier: {set: status, tier: friend}
  - set_attribute: {name: last, value: {total: {var: event.body.total}, list: [{var: now}, 1, {var: a, in: b}]}}
  - call_webhook: {url: "https://example.com/hook", body: {a: [{b: {cat: [a, {var: member.id}]}}]}, headers: {X-Key: k}}
limits: [{per: program, every: day, times: 3, points: 0.5}, {every: ever, points: 10}]
active: {from: 2026-01-01, until: 2026-12-31T18:00:00}
""",
    "achievements/week.yaml": b"""\
achievement: week
title: A week
description: Seven days.
on: purchase
when: {var: event.body.total}
measure: {sum: {var: event.body.total}}
window: {last: 30d}
goal: 7.5
repeat: 3
then: [{award_points: {points: {var: event.body.times}}}]
""".replace(b"when: {var: event.body.total}", b'when: {"!!": {var: event.body.total}}'),
    "achievements/kinds.yaml": b"""\
achievement: kinds
on: purchase
measure: {distinct: {var: event.body.channel}}
window: week
goal: 2
repeat: unlimited
""",
    "rewards/coffee.yaml": b"""\
reward: coffee
title: A coffee
description: Black, with milk or without.
categories: [drinks, treats]
price: {points: 10.5, wallet: points}
for: {in: [{var: member.tier}, [gold]]}
shown: {from: 2026-01-01, until: 2026-12-31}
sold: {from: 2026-02-01, until: 2026-12-24T12:00:00}
limits: [{per: program, every: day, times: 100}, {every: month, times: 1}]
statuses: [packing, completed]
cost: 1.5
coupon:
  {prefix: C-, length: 8, value: 100, type: percentage, valid: 30d, begins: 1d, from: 2026-01-01, until: 2027-01-01}
""",
    "rewards/voucher.yaml": b"""\
reward: voucher
price: {min: 10, step: 5}
coupon: {codes: uploaded, value: {"/": [{var: points}, 10]}, type: money, decimals: 3}
""",
    "rewards/summer.yaml": b"""\
reward: summer
price: 20
coupon: {shared: {code: SUMMER, uses: 100, each: 2}, value: 10, type: percentage}
""",
}
"""Files of a program without an error."""

TESTS = {
    "tests/all.yaml": b"""\
at: 2026-05-01T09:00:00
tags: [slow]
stock: {coffee: 5}
codes: {double: [ABC, DEF]}
members:
  ann:
    {tier: gold, tiers: {status: friend}, points: {points: 10.5, stamps: 1}, earned: 20, badges: [early-bird],
     registered_at: 2026-01-01,
     registered: true, attributes: {a: [1]}, email: a@example.com, phone: "+48 1", card: c1, tier_base: 3,
     tier_until: 2030-01-01, reviewed_at: 2026-02-01, reviewed_since: 2025-02-01, reviewed_base: 1,
     first_name: Ann, last_name: Lee, gender: f, birth_date: 1990-01-01, city: Ely, country: PL}
  bob: unknown
  cat:
    lots: [{wallet: points, points: 5, remaining: 2.5, active_from: 2026-06-01, expires_at: 2026-07-01}]
    achievements: {week: {completed: 1, marks: [{day: 2026-04-30, value: x, amount: 1.5, used: 0}]}}
    used: [{reactor: double, per: member, day: 2026-04-30, times: 1, points: 3}]
tests:
  - test: everything is expected
    skip: it is an example of the keys
    steps:
      - {event: purchase, member: ann, body: {total: 25, items: [{sku: mug}]}, repeat: 2, every: 1d, at: 2026-05-02}
      - {event: ping, member: ann, time: 2026-05-01T10:00:00}
      - at: 2026-05-04
        together:
          - {event: purchase, member: ann, body: {total: 25, items: [{sku: mug}]}, repeat: 2}
          - {event: ping, member: cat, time: 2026-05-01T10:00:00}
      - {buy: coffee, member: ann, points: 10.5, refused: not_enough_points, at: 2026-05-05}
      - transaction: A
        member: ann
        at: 2026-05-06
        channel: web
        purchase_place: Main street
        labels: {till: "7"}
        items:
          - {sku: mug, name: Mug, category: dishes, maker: Potter, quantity: 2, gross_value: 20, labels: {colour: red}}
      - {return: R, of: A, at: 2026-05-07, channel: web, purchase_place: Main street, labels: {till: "8"},
         items: [{sku: mug, gross_value: 10}]}
      - {set_tier: friend, set: status, member: ann, ends: 2026-07-01, pinned: true, at: 2026-05-08}
      - {wait: 1d}
      - {until: 2026-06-01}
      - member: ann
        expect:
          points: 10
          pending: {stamps: 0}
          earned: 1
          spent: 1
          expired: 0
          awarded: 1.5
          deducted: 0
          tier: gold
          tiers: {status: friend, default: null}
          badges: {has: [early-bird], lacks: [late-bird]}
          attributes: {last: null}
          achievements: {week: {completed: 1, progress: 2.5}}
          rewards: {coffee: {issued: 1, expired: 0}}
          webhooks: [call_webhook, {name: CustomerRegistered, url: "https://example.com/hook", times: 1, body: {a: 1}}]
          events: [badge_granted, {event: tier_changed, times: 1, body: {to: gold}}]
          fired: {double: 2}
          not_fired: []
          limited: [double]
""",
    "tests/one.yaml": b"""\
test: one
at: 2026-05-01
member: unknown
steps:
  - {event: member_registered}
  - {expect: {tier: bronze, badges: [], rewards: {coffee: 0}, webhooks: [], achievements: {}}}
""",
}
"""Tests of that program."""


def kind_of(path: str) -> str:
    """The kind of a file."""
    folder = path.rpartition("/")[0].split("/")[0]
    return next(name for name, file in FILE_SCHEMAS.items() if file.folder == folder)


def schemas_of(files: dict[str, bytes]) -> dict[str, Any]:
    """The schema of each kind of file in a program."""
    vocabulary, _ = read_vocabulary(files)
    return {name: schema_of(kind, vocabulary) for name, kind in FILE_SCHEMAS.items()}


def node_of(path: str, content: bytes) -> Node | None:
    """What a file says, if it can be read."""
    return read_text(path, content, Problems())
