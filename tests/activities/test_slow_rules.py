"""Rules that take long are evaluated in a process of their own, and give what they would in their transaction."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from activities.batches import run_batch
from activities.event_runner import MOST_TRIES, EventRunner
from activities.rules_process import Request, frame
from activities.slow_rules import SlowRules, slow_rules
from database import Database, Transaction
from database.events import Events
from database.programs import Programs
from loyalty.events.decision_input import DecisionInput
from loyalty.events.evaluations import EvaluatedElsewhere
from loyalty.ids import new_id
from loyalty.references import EventRef
from loyalty.store.achievements import MILLION
from loyalty.store.campaign_codes import NewCampaignCode
from loyalty.store.events import Event, NewEvent, StoredEvent
from loyalty.store.members import Identity, Member
from tests.kit import programs
from tests.kit.shop import item
from tests.kit.till import Till

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
EVENT = "event: counted\nbody: {type: object, required: [n], properties: {n: {type: array, items: {type: integer}}}}\n"
PRODUCT = (
    "{reduce: [{var: event.body.n}, {'+': [{var: accumulator},"
    f" {{reduce: [{[1] * 100}, {{'+': [{{var: accumulator}}, 1]}}, 0]}}]}}, 0]}}"
)
"""A hundred times the length of n, in four times as many steps."""
COUNTING = f"""\
reactor: counting
on: counted
when: {{">": [{PRODUCT}, 10]}}
then:
  - award_points: {{points: {PRODUCT}}}
  - set_attribute: {{name: had, value: {{var: member.points}}}}
limits: [{{per: member, every: day, times: 3}}]
"""
FILES = programs.files(events__counted=EVENT, reactors__counting=COUNTING)
SLOW, SLOWER, PAST_THE_BOUND = [1] * 100, [1] * 1000, [1] * 2500


@dataclass
class Store:
    """A store with a member, whose events are run as in a worker."""

    database: Database
    programs: Programs
    revision: int
    member: str
    slow: SlowRules

    async def accept(self, body: list[int]) -> EventRef:
        new = NewEvent(new_id(), "counted", self.member, NOW, {"n": body}, self.revision)
        await self.database.store("DEFAULT").write(lambda tx: tx.events.add(new, now=NOW))
        return EventRef("DEFAULT", new.id, "counted", self.member, self.revision)

    async def run(self, body: list[int], *, elsewhere: bool = True) -> StoredEvent:
        """Run an event to its end; `elsewhere`: its decision may be made in the other process."""
        event = await self.accept(body)
        runner = EventRunner(self.database, self.programs, slow=self.slow if elsewhere else None)
        await run_batch(runner, [event], NOW, seconds=60)
        return await self.database.store("DEFAULT").read(lambda tx: tx.events.get(event.id))

    async def points(self) -> int:
        facts = await self.database.store("DEFAULT").read(lambda tx: tx.members.facts(self.member))
        return facts.balances["points"].active if facts.balances else 0


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    deployed = Programs(database)
    _, revision, _ = await deployed.deploy(FILES, by="test")
    member = new_id()

    def register(tx: Transaction) -> None:
        tx.members.register(
            Identity(email="ann@example.com"),
            member_id=member,
            profile={},
            attributes={},
            tier="bronze",
            password_hash=None,
            registered_at=NOW,
            now=NOW,
        )

    await database.store("DEFAULT").write(register)
    async with slow_rules(deployed) as slow:
        yield Store(database, deployed, revision, member, slow)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[EvaluatedElsewhere | None]:
    """What was decided elsewhere, in the list that is returned."""
    found: list[EvaluatedElsewhere | None] = []
    evaluate = SlowRules.evaluate

    async def kept(self: SlowRules, *arguments: Any) -> EvaluatedElsewhere | None:
        found.append(await evaluate(self, *arguments))
        return found[-1]

    monkeypatch.setattr(SlowRules, "evaluate", kept)
    return found


async def test_a_slow_decision_is_the_one_that_its_transaction_makes(
    store: Store, made: list[EvaluatedElsewhere | None]
) -> None:
    quick = await store.run([1])
    slow = await store.run(SLOW)
    in_transaction = await store.run(SLOW, elsewhere=False)
    limited = await store.run(SLOW)

    assert [each.status for each in (quick, slow, in_transaction, limited)] == ["applied"] * 4
    assert [each is not None for each in made] == [True, True]
    assert [each["verdict"] for each in limited.decision or ()] == ["limit_reached"]
    assert slow.decision is not None
    assert in_transaction.decision is not None
    ((one,), (other,)) = slow.decision, in_transaction.decision
    assert one["verdict"] == other["verdict"] == "fired"
    assert {**one, "effects": None} == {**other, "effects": None}
    assert await store.points() == (2 * 100 * len(SLOW) + 100) * MILLION


BIG = PRODUCT.replace("event.body.n", "event.body.items").replace(str([1] * 100), str([1] * 500))
"""500 times the number of lines, in four times as many steps."""
SALES = {
    "program": programs.PROGRAM.replace("tiers:", "tier_by: spend\ntiers:"),
    "reactors__points": f"reactor: points\non: transaction\nthen: [{{award_points: {{points: {BIG}}}}}]\n",
    "reactors__coded": "reactor: coded\non: transaction\n"
    f"code: {{is: {{if: [{{'>': [{BIG}, 1]}}, WELCOME, OTHER]}}, uses: 2}}\nthen: [{{grant_badge: coded}}]\n",
    "achievements__many": "achievement: many\non: transaction\n"
    f"when: {{'>': [{BIG}, 1]}}\nmeasure: {{sum: {BIG}}}\ngoal: 1000000\n",
}
LINES = [item(f"sku-{number}", gross=1) for number in range(40)]


async def test_slow_rules_of_codes_achievements_and_returns_give_what_they_do_in_their_transaction(
    database: Database, made: list[EvaluatedElsewhere | None]
) -> None:
    found = []
    async with slow_rules(Programs(database)) as slow:
        till = await Till.open(database, SALES)
        code = NewCampaignCode(new_id(), "coded", "WELCOME", NOW, "test")
        await till.store.write(lambda tx: tx.campaign_codes.add([code]))
        for name, used in (("bea", slow), ("cid", None)):
            till.member, till.slow = new_id(), used
            await till.register(till.member, f"{name}@example.com")
            await till.answer(await till.report(f"S-{name}", *LINES, email=f"{name}@example.com"))
            sold = await standing(till)
            await till.answer(await till.report(f"R-{name}", *LINES[:10], sale=f"S-{name}"))
            found.append((sold, await standing(till)))

    assert found[0] == found[1]
    assert found[0][0] == (40 * 500, 40 * 500, 40, 1)
    assert found[0][1] == (30 * 500, 30 * 500, 30, 1)
    evaluated = [type(each.by).__name__ for each in made if each is not None]
    assert evaluated == ["CodesInput", "DecisionInput", "AchievementsInput", "RestInput"]
    assert slow.kept == 0


async def standing(till: Till) -> tuple[int, int, int, int]:
    """The points, the progress, what counts for tiers, and the badges of the till's member."""
    return await till.read(
        lambda tx: (
            tx.members.balances(till.member)["points"].active // MILLION,
            sum(each.amount for each in tx.achievements.daily_sums(till.member, "many", since=date.min)) // MILLION,
            tx.spend.spent(till.member, "default", since=None) // MILLION,
            len(tx.members.badges(till.member)),
        )
    )


async def test_an_event_past_the_bound_fails_with_the_reason_it_has_in_a_transaction(
    store: Store, made: list[EvaluatedElsewhere | None]
) -> None:
    elsewhere = await store.run(PAST_THE_BOUND)
    in_transaction = await store.run(PAST_THE_BOUND, elsewhere=False)

    assert [each is not None for each in made] == [True]
    assert (elsewhere.status, elsewhere.error) == (in_transaction.status, in_transaction.error)
    assert store.slow.kept == 0
    assert elsewhere.decision == in_transaction.decision


async def test_a_decision_on_what_has_changed_meanwhile_is_made_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate, inputs = SlowRules.evaluate, []

    async def amid_changes(self: SlowRules, name: str, revision: int, by: DecisionInput) -> Any:
        evaluated = await evaluate(self, name, revision, by)
        inputs.append(by)
        if len(inputs) in changes:
            tier = {"tier": f"t{len(inputs)}"}
            await store.database.store("DEFAULT").write(
                lambda tx: tx.members.set_attributes(store.member, tier, now=NOW)
            )
        return evaluated

    monkeypatch.setattr(SlowRules, "evaluate", amid_changes)
    changes = {1}
    once = await store.run(SLOW)
    changes = set(range(3, 99))
    always = await store.run(SLOW)

    assert (once.status, always.status) == ("applied", "applied")
    assert store.slow.kept == 0
    assert len(inputs) == 2 + MOST_TRIES
    assert inputs[0] != inputs[1]


async def test_a_process_that_dies_costs_nothing_but_its_start(
    store: Store, made: list[EvaluatedElsewhere | None]
) -> None:
    running = asyncio.create_task(store.run(SLOWER))
    while store.slow.pid is None:
        await asyncio.sleep(0.01)
    os.kill(store.slow.pid, signal.SIGKILL)
    first = await running
    second = await store.run(SLOWER)

    assert (first.status, second.status) == ("applied", "applied")
    assert [each is not None for each in made] == [False, True]


async def test_an_attempt_that_is_cancelled_leaves_the_decision_to_the_next_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[DecisionInput] = []
    ask = SlowRules._ask

    async def counted(self: SlowRules, name: str, revision: int, by: DecisionInput) -> Any:
        asked.append(by)
        return await ask(self, name, revision, by)

    monkeypatch.setattr(SlowRules, "_ask", counted)
    event = await store.accept(SLOWER)
    runner = EventRunner(store.database, store.programs, slow=store.slow)
    attempt = asyncio.create_task(run_batch(runner, [event], NOW, seconds=60))
    while not asked:
        await asyncio.sleep(0.01)
    attempt.cancel()
    await asyncio.gather(attempt, return_exceptions=True)
    await run_batch(runner, [event], NOW, seconds=60)

    found = await store.database.store("DEFAULT").read(lambda tx: tx.events.get(event.id))
    assert (found.status, len(asked)) == ("applied", 1)


async def test_a_decision_on_other_input_is_still_ended_after_an_earlier_one_is_made(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[asyncio.Future[None]] = []

    async def answer(*_: Any) -> None:
        answers.append(asyncio.get_running_loop().create_future())
        await answers[-1]

    monkeypatch.setattr(SlowRules, "_evaluate", answer)
    event = Event(new_id(), "counted", store.member, NOW, {"n": SLOW})
    inputs = [DecisionInput(None, event, *[None] * 2, now, False, *[None] * 2) for now in (NOW, NOW.replace(hour=10))]
    attempts = []
    for number, by in enumerate(inputs, start=1):
        attempts.append(asyncio.create_task(store.slow.evaluate("DEFAULT", store.revision, by)))
        while len(answers) < number:
            await asyncio.sleep(0)
    answers[0].set_result(None)
    await attempts[0]
    await store.slow.close()

    assert answers[1].cancelled()
    with pytest.raises(asyncio.CancelledError):
        await attempts[1]


def test_the_process_ends_with_its_input_although_it_decides() -> None:
    event = Event("e", "counted", "ann", NOW, {"n": PAST_THE_BOUND})
    by = DecisionInput(Member("ann", NOW), event, {}, {}, NOW, True, {}, {})
    request = Request("DEFAULT", 1, FILES, by)
    command = [sys.executable, "-m", "activities.rules_process"]

    ended = subprocess.run(command, input=frame(request), capture_output=True, timeout=60)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


async def test_the_process_gets_no_secrets(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAUREL_SECRET_KEY", "a secret")
    await store.run(SLOW)

    with open(f"/proc/{store.slow.pid}/environ") as environment:  # noqa: ASYNC230, PTH123 - a file of the kernel
        assert "LAUREL" not in environment.read()


@pytest.mark.parametrize(("error", "status"), [(RuntimeError("it is wrong"), "failed"), (TimeoutError(), "received")])
async def test_what_is_kept_for_a_transaction_that_fails_is_dropped(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception, status: str
) -> None:
    kept = []

    def fail(*_: Any, **__: Any) -> None:
        kept.append(store.slow.kept)
        raise error

    monkeypatch.setattr(Events, "set_decided", fail)
    event = await store.accept(SLOW)
    runner = EventRunner(store.database, store.programs, slow=store.slow)

    with suppress(TimeoutError):  # a transient one is raised, so that the activity is tried again
        await run_batch(runner, [event], NOW, seconds=60)

    found = await store.database.store("DEFAULT").read(lambda tx: tx.events.get(event.id))
    assert (found.status, kept, store.slow.kept) == (status, [1], 0)
