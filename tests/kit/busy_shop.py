"""The program of a coffee shop in which events cause others, of every kind that there is."""

from collections.abc import Mapping

from tests.kit import programs
from tests.kit.scripted_store import COFFEE, REFUND, REFUNDS

PURCHASES = """\
reactor: points-for-purchase
on: purchase
then:
  - award_points: {points: {var: event.body.total}, expires: {end_of: month}}
  - grant_badge: zebra
  - grant_badge: ant
limits: [{per: member, every: month, points: 400}, {per: program, every: month, points: 900}]
"""
LATER = """\
reactor: later
on: app_login
then:
  - award_points: {points: 7, pending: 3d, expires: {after: 12d}}
  - set_attribute: {name: seen, value: {var: now}}
  - grant_badge: seen
limits: [{per: member, every: day, times: 1}]
"""
SEEN = """\
reactor: seen
on: app_login
when: {"!!": [{var: member.attributes.seen}]}
then:
  - set_attribute: {name: was_seen, value: [{var: member.attributes.seen}, {var: member.badges}, {var: member.points}]}
"""
GIFT = """\
reactor: gift
on: purchase
when: {and: [{">": [{var: event.body.total}, 60]}, {in: [zebra, {var: member.badges}]}]}
then: [{issue_reward: free-coffee}, {call_webhook: {url: "https://partner.example/", body: {p: {var: member.points}}}}]
limits: [{per: member, every: week, times: 2}]
"""
UP = """\
reactor: up
on: tier_changed
when: {var: event.body.up}
then: [{award_points: {points: 3}}, {set_attribute: {name: tier, value: {var: event.body.to}}}]
"""
BADGES = """\
reactor: badges
on: badge_granted
when: {or: [{"!": [{var: member.attributes.at}]}, {"==": [{var: member.attributes.tier}, gold]}]}
then: [{set_attribute: {name: badges, value: {var: member.badges}}}, {set_attribute: {name: at, value: {var: now}}}]
"""
MOMENTS = "achievement: moments\non: badge_granted\nmeasure: {distinct: {var: member.attributes.seen}}\ngoal: 9\n"
DOWN = "reactor: down\non: coupon_expired\nthen: [{set_tier: bronze}]\n"
SHOPPER = (
    "achievement: shopper\non: purchase\nmeasure: {sum: {var: event.body.total}}\nwindow: month\ngoal: 120.5\n"
    "repeat: unlimited\nthen: [{award_points: {points: 20}}]\n"
)
CHANNELS = (
    "achievement: channels\non: purchase\nmeasure: {distinct: {var: [event.body.channel, none]}}\nwindow: {last: 5d}\n"
    "goal: 2\nrepeat: 3\nthen: [{grant_badge: channels}]\n"
)
STREAK = programs.SEVEN_DAYS.replace("goal: 7", "goal: 3\nrepeat: unlimited")


def files() -> Mapping[str, bytes]:
    """The files of the program."""
    return programs.files(
        **{
            "program": programs.PROGRAM.replace("from: 500", "from: 150").replace("from: 2000", "from: 400"),
            "reactors__points-for-purchase": PURCHASES,
            "reactors__refunds": REFUNDS,
            "reactors__later": LATER,
            "reactors__seen": SEEN,
            "reactors__gift": GIFT,
            "reactors__up": UP,
            "reactors__down": DOWN,
            "reactors__badges": BADGES,
            "achievements__moments": MOMENTS,
            "rewards__free-coffee": COFFEE.replace("20d", "9d"),
            "events__refund": REFUND,
            "achievements__shopper": SHOPPER,
            "achievements__channels": CHANNELS,
            "achievements__seven-days": STREAK,
        }
    )
