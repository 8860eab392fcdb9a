"""A small program, and edits of it, to compare."""

from collections.abc import Mapping

from loyalty.program.program import Program
from program_files import read_program
from workbench.differences import differences, text

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
