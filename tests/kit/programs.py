"""Programs for tests, from the text of their files."""

from collections.abc import Mapping

PROGRAM = """\
store: DEFAULT
title: Coffee shop
timezone: Europe/Warsaw
unknown_members: register
wallets:
  points: {default: true, expires: {after: 90d}}
notify_before: {points: 7d, coupons: 3d}
tiers:
  - {tier: bronze, from: 0}
  - {tier: silver, from: 500}
  - {tier: gold, from: 2000}
"""

APP_LOGIN = "event: app_login\nbody: {type: object, properties: {device: {type: string}}}\n"

PURCHASE = """\
event: purchase
body:
  type: object
  required: [total]
  properties: {total: {type: number, minimum: 0}, channel: {enum: [web, store]}}
"""

SEVEN_DAYS = """\
achievement: seven-days
title: Open the app seven days in a row
on: app_login
measure: days
window: streak
goal: 7
then: [{award_points: {points: 100}}, {grant_badge: early-bird}]
"""

POINTS_FOR_PURCHASE = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {var: event.body.total}}}]
"""


def files(**changed: str) -> Mapping[str, bytes]:
    """The files of a small coffee shop; `reactors__name=...` replaces or adds one, and an empty text leaves one out."""
    texts = {
        "program.yaml": PROGRAM,
        "events/app_login.yaml": APP_LOGIN,
        "events/purchase.yaml": PURCHASE,
        "achievements/seven-days.yaml": SEVEN_DAYS,
        "reactors/points-for-purchase.yaml": POINTS_FOR_PURCHASE,
    }
    texts |= {name.replace("__", "/") + ".yaml": text for name, text in changed.items()}
    return {name: text.encode() for name, text in texts.items() if text}
