"""Many events of one member at once: each is decided when those before it are applied, so guards hold."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from temporalio.client import Client

from database import Database, ReadTransaction
from loyalty.references import EventOutcome, EventRef
from tests.kit import programs
from tests.kit.running import Running, running

AT_ONCE = 25

COFFEE = "reward: coffee\ntitle: A coffee\ncoupon: {value: 12, type: money, valid: 30d}\n"
REDEEM = "event: redeem\nbody: {type: object, properties: {number: {type: integer}}}\n"
REDEEM_COFFEE = """\
reactor: redeem-coffee
on: redeem
when: {">=": [{var: member.points}, 150]}
then: [{deduct_points: {points: 150}}, {issue_reward: coffee}]
"""
BADGE_ONCE = """\
reactor: badge-once
on: redeem
when: {"!": [{in: [welcome, {var: member.badges}]}]}
then: [{grant_badge: welcome}, {award_points: {points: 10}}]
"""
ATTRIBUTE_ONCE = """\
reactor: attribute-once
on: redeem
when: {"!": [{var: member.attributes.seen}]}
then: [{set_attribute: {name: seen, value: true}}, {award_points: {points: 10}}]
"""
APPEND = """\
reactor: append
on: redeem
then:
  - set_attribute: {name: numbers, value: {merge: [{var: [member.attributes.numbers, []]}, [{var: event.body.number}]]}}
"""


def files(**reactors: str) -> Mapping[str, bytes]:
    """A shop in which members redeem."""
    others = {f"reactors__{name}": text for name, text in reactors.items()}
    return programs.files(events__redeem=REDEEM, rewards__coffee=COFFEE, **{"achievements__seven-days": ""}, **others)


async def at_once(laurel: Running, member: str, count: int, *, type_: str = "redeem") -> list[EventRef]:
    """Accept so many events, and then start their workflows all at once, in any order; return them when all ended."""
    events = [await laurel.accept(member, type_, {"number": number}) for number in range(count)]
    await asyncio.gather(*(laurel.answer(event) for event in reversed(events)))
    return events


async def read(laurel: Running, member: str) -> tuple[Any, list[Any]]:
    """A member as rules see them, and the member's issued rewards."""

    def all_of(tx: ReadTransaction) -> tuple[Any, list[Any]]:
        return tx.members.facts(member), list(tx.rewards.of_member(member))

    return await laurel.parts.database.store(laurel.store).read(all_of)


async def test_of_25_redemptions_at_once_the_balance_pays_for_one(database: Database, temporal: Client) -> None:
    async with running(database, temporal, files(redeem=REDEEM_COFFEE)) as laurel:
        ann = await laurel.register()
        await laurel.report(ann, "purchase", {"total": 150})

        await at_once(laurel, ann, AT_ONCE)

        _, rewards = await read(laurel, ann)
        assert (await laurel.points(ann), len(rewards)) == (0, 1)


@pytest.mark.parametrize("reactor", [BADGE_ONCE, ATTRIBUTE_ONCE], ids=["badge", "attribute"])
async def test_of_25_events_at_once_a_guard_lets_one_through(
    database: Database, temporal: Client, reactor: str
) -> None:
    async with running(database, temporal, files(once=reactor)) as laurel:
        ann = await laurel.register()

        await at_once(laurel, ann, AT_ONCE)

        assert await laurel.points(ann) == 10


async def test_events_are_decided_in_the_order_in_which_they_were_accepted(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann, bob = await laurel.register(), await laurel.register("bob@example.com")

        await asyncio.gather(at_once(laurel, ann, AT_ONCE), at_once(laurel, bob, AT_ONCE))

        for member in (ann, bob):
            facts, _ = await read(laurel, member)
            assert facts.attributes["numbers"] == list(range(AT_ONCE))


async def test_an_event_that_fails_lets_the_next_go_on(database: Database, temporal: Client) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": number}) for number in range(6)]
        broken = {1, 4}
        started = [
            EventRef(e.store, e.id, e.type, e.member, 99) if number in broken else e for number, e in enumerate(events)
        ]

        outcomes: list[EventOutcome] = await asyncio.gather(*(laurel.answer(event) for event in reversed(started)))

        facts, _ = await read(laurel, ann)
        assert Counter(outcome.outcome for outcome in outcomes) == {"applied": 4, "failed": 2}
        assert facts.attributes["numbers"] == [0, 2, 3, 5]
