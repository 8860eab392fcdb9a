"""Daily sums, use of limits and completions are the sums of what events contributed, whatever the events."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, select

from activities.events import EventActivities
from database import Database
from database.programs import Programs
from database.tables import contribution, event, mark, progress, usage
from loyalty.references import EventRef
from tests.kit import programs
from tests.kit.scripted_store import FIRST, ScriptedStore

VISIT = """\
event: visit
body: {type: object, properties: {place: {type: string}, total: {type: number}}}
"""
LIMITED = """\
reactor: limited
on: visit
then: [{award_points: {points: 5}}, {award_points: {points: 3, wallet: stars}}]
limits: [{per: member, every: day, times: 2}, {per: program, every: month, points: 40}]
"""
BADGE = """\
reactor: badge
on: visit
then: [{grant_badge: seen}]
limits: [{per: member, every: week, times: 1}]
"""
PROGRAM = programs.PROGRAM.replace("notify_before", "  stars: {}\nnotify_before")
MEASURES = ("events", "days", "{sum: {var: [event.body.total, 0]}}", '{distinct: {var: [event.body.place, ""]}}')
WINDOWS = ("all", "streak", "week", "{last: 3d}")
REPEATS = ("once", "unlimited", "2")


def _achievements() -> Mapping[str, str]:
    files = {}
    for number, (measure, window) in enumerate((m, w) for m in MEASURES for w in WINDOWS):
        name = f"a{number}"
        repeat = REPEATS[number % 3]
        files[f"achievements__{name}"] = (
            f"achievement: {name}\non: visit\nmeasure: {measure}\nwindow: {window}\ngoal: 2\nrepeat: {repeat}\n"
        )
    return files


@dataclass(frozen=True)
class Visit:
    """An event that happened some days before it is reported. `member` is a number."""

    member: int
    days_ago: int
    place: str
    total: int


_VISITS = st.builds(
    Visit, st.integers(0, 1), st.integers(0, 6), st.sampled_from(["", "here", "there", "ą"]), st.integers(-2, 4)
)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    files = programs.files(
        program=PROGRAM,
        events__visit=VISIT,
        reactors__limited=LIMITED,
        reactors__badge=BADGE,
        **_achievements(),
    )
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(files, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def _report(scripted: ScriptedStore, visits: list[Visit]) -> list[EventRef]:
    """Report visits of two new members, a day apart."""
    first = await scripted.register(f"{scripted.now.isoformat()}-0@example.com")
    second = await scripted.register(f"{scripted.now.isoformat()}-1@example.com")
    reported = []
    for each in visits:
        scripted.now += timedelta(days=1)
        reported.append(
            await scripted.report(
                (first, second)[each.member],
                "visit",
                {"place": each.place, "total": each.total},
                time=scripted.now - timedelta(days=each.days_ago),
            )
        )
    scripted.now += timedelta(days=1)
    return reported


async def _rows(database: Database, statement: Any) -> list[Row[Any]]:
    def read(connection: Connection) -> list[Row[Any]]:
        return list(connection.execute(statement).all())

    return await database.access_read(lambda access: read(access.connection))


async def _contributions(database: Database) -> list[Row[Any]]:
    return await _rows(database, select(contribution, event.c.member).join(event, event.c.id == contribution.c.event))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=st.lists(_VISITS, min_size=1, max_size=12))
async def test_what_is_stored_is_the_sum_of_contributions(scripted: ScriptedStore, visits: list[Visit]) -> None:
    await _report(scripted, visits)

    counted, used, completed = Counter[Any](), Counter[Any](), Counter[Any]()
    points, times = Counter[Any](), Counter[Any]()
    for each in await _contributions(scripted.database):
        day = (each.name, each.day, each.value)
        match each.kind:
            case "counted":
                counted[each.member, *day] += each.amount
                completed[each.member, each.name] += each.times
            case "used":
                used[each.member, *day] += each.amount
            case "beyond":
                assert each.amount > 0, "after the last completion, and counted nowhere"
            case _:
                member = each.member if each.kind == "member" else ""
                points[member, *day] += each.amount
                times[member, *day] += each.times
    sums = await _rows(scripted.database, select(mark))
    stored_use = await _rows(scripted.database, select(usage))
    completions = await _rows(scripted.database, select(progress))
    assert {(s.member, s.achievement, s.day, s.value): s.amount for s in sums if s.amount} == _not_0(counted)
    assert {(s.member, s.achievement, s.day, s.value): s.used for s in sums if s.used} == _not_0(used)
    assert {(c.member, c.achievement): c.completed for c in completions} == _not_0(completed)
    assert {(u.member, u.reactor, u.day, u.wallet): u.times for u in stored_use if u.times} == _not_0(times)
    assert {(u.member, u.reactor, u.day, u.wallet): u.points for u in stored_use if u.points} == _not_0(points)


def _not_0(sums: Counter[Any]) -> dict[Any, int]:
    return {key: amount for key, amount in sums.items() if amount}


async def test_an_event_that_adds_nothing_has_contributions_and_a_second_run_adds_none(scripted: ScriptedStore) -> None:
    first, second = await _report(scripted, [Visit(0, 1, "here", 0), Visit(0, 2, "here", 0)])

    def of_days(rows: list[Row[Any]], ref: EventRef) -> set[tuple[str, int]]:
        days = {f"a{n}" for n in range(4, 8)}
        return {(row.name, row.amount) for row in rows if row.event == ref.id and row.name in days}

    before = await _contributions(scripted.database)
    assert of_days(before, first) == {(f"a{n}", 1_000_000) for n in range(4, 8)}
    assert of_days(before, second) == {(f"a{n}", 0) for n in range(4, 8)}, "the day was counted already"

    await scripted.reactions.react_to_events([first, second], scripted.now)
    await scripted.reactions.update_achievements(second, scripted.now, True, second.id)
    assert sorted(map(repr, await _contributions(scripted.database))) == sorted(map(repr, before))
