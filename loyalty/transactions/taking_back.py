"""Take back what a sale gave for returned goods.

The step compares what the sale gave with what it would give for the rest: points of every wallet, limits, progress,
badges and rewards. It takes the part of the difference that was not taken before. So partial returns make no
difference, and a sale that was set aside and is retried gives what is left of it.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from loyalty.campaigns.codes import give_back_codes
from loyalty.decisions.decision import Claim, Decision
from loyalty.decisions.decision_json import from_json
from loyalty.events.context import EventContext
from loyalty.events.facts import facts_from_json
from loyalty.events.operations import OperationContext
from loyalty.ids import caused_id
from loyalty.points.messages import send_transfers
from loyalty.program.effects import AwardPoints, GrantBadge, IssueReward
from loyalty.program.program import Program
from loyalty.program.wallets import POINT_DECIMALS, Wallet
from loyalty.refusals import Refusal
from loyalty.rewards.operations import cancel_reward
from loyalty.store.achievements import MILLION
from loyalty.store.contributions import Contribution, claimed
from loyalty.store.events import Event, StoredEvent
from loyalty.store.points import Posted
from loyalty.store.reversals import StoredReversal
from loyalty.store.transactions import StoredTransaction
from loyalty.tiers.falling import count_returned, fall_to_standing, held_by
from loyalty.transactions.contributed import Contributed, contributed
from loyalty.transactions.counting import SOLD, count_rest
from loyalty.transactions.rest_of_sale import RestGives, RestInput
from loyalty.transactions.returned_lines import LeftOfSale, left_of
from loyalty.transactions.returned_points import Awarded, AwardedBySource, give_back_deductions, take_back_points
from loyalty.transactions.returned_progress import take_back_progress
from loyalty.transactions.returned_sums import FallenCompletion
from loyalty.transactions.reversing import ALL, reversed_share

RETURNED = "transaction_returned"


def takes_back(context: EventContext) -> bool:
    """Return whether the event takes something back: a return, or a sale with earlier returns.

    A return is also an event that reverses another, and a sale also an event that is reversed.
    """
    program, event = context.program, context.event
    if program.returns != "automatic":
        return False
    if event.type in (RETURNED, SOLD):
        return event.type == RETURNED or bool(_applied_returns(context, str(event.body.get("document_number", ""))))
    known = program.event_types.get(event.type)
    if known is not None and known.reverses is not None:
        return _reversed_by(context) is not None
    is_reversed = event.type in program.reversals_of
    return is_reversed and any(_is_applied(context, each.event) for each in context.tx.reversals.of(event.id))


def take_back(context: EventContext) -> None:
    """Take back what the sale of the event gave, for everything that was returned until now.

    Nothing is taken of an undecided sale: it does so itself when it is decided.
    """
    found = _of_sale(context) if context.event.type in (RETURNED, SOLD) else _of_reversed(context)
    if found is None:
        return
    before = held_by(context, context.event.member)
    count_returned(context, context.event.member, found.run())
    count_rest(context, found.given, found.rest(), found.left)
    if context.program.tier_on_return == "now":
        fall_to_standing(context, context.event.member, before)


def _of_sale(context: EventContext) -> "_Taking | None":
    """Return what to take back for a return, or for a sale; None: nothing, or it was taken back before."""
    number = str(context.event.body["sale_document_number" if context.event.type == RETURNED else "document_number"])
    sale = context.tx.transactions.by_number(number)
    given = None if sale is None or sale.event is None else context.tx.events.get(sale.event)
    if sale is None or given is None or not _is_decided(given):
        return None
    own = [each for each in context.tx.transactions.returns_of(number) if each.event == context.event.id]
    earlier = _applied_returns(context, number)
    returns = [each for each in context.tx.transactions.returns_of(number) if each in (*own, *earlier)]
    if context.event.type == RETURNED and left_of(sale.items, [each.items for each in earlier]).is_nothing:
        return None
    left = left_of(sale.items, [each.items for each in returns])
    return _Taking(context, given, left, [each.event for each in returns if each.event is not None])


def _of_reversed(context: EventContext) -> "_Taking | None":
    """Return what to take back for an event that reverses another, or is reversed; None: as `_of_sale`."""
    reversal = _reversed_by(context)
    reversed_id = context.event.id if reversal is None else reversal.reversed
    given = None if reversed_id is None else context.tx.events.get(reversed_id)
    if given is None or not _is_decided(given):
        return None
    others = [each for each in context.tx.reversals.of(given.id) if each.event != context.event.id]
    earlier = [each for each in others if _is_applied(context, each.event)]
    if reversal is not None and reversed_share(earlier) == ALL:
        return None
    counted = earlier if reversal is None else [*earlier, reversal]
    left = LeftOfSale.after_share(reversed_share(counted))
    return _Taking(context, given, left, [each.event for each in counted])


def _reversed_by(context: EventContext) -> StoredReversal | None:
    """Return what the event reverses; None: nothing, or it waits."""
    known = context.program.event_types.get(context.event.type)
    found = None if known is None or known.reverses is None else context.tx.reversals.get(context.event.id)
    return None if found is None or found.reversed is None else found


def _is_decided(given: StoredEvent) -> bool:
    """Return whether an event was decided, even if the decision was removed since."""
    return given.decision is not None or given.removed_at is not None


def _applied_returns(context: EventContext, number: str) -> list[StoredTransaction]:
    returns = context.tx.transactions.returns_of(number)
    return [each for each in returns if each.event is not None and _is_applied(context, each.event)]


def _is_applied(context: EventContext, event_id: str) -> bool:
    """Return whether another event was applied before."""
    found = None if event_id == context.event.id else context.tx.events.get(event_id)
    return found is not None and found.status == "applied"


@dataclass(slots=True)
class _Taking:
    """What one step takes back: of the sale's event, for what is left; `returns` are the events of its returns."""

    context: EventContext
    given: StoredEvent
    left: LeftOfSale
    returns: list[str]

    def run(self) -> list[Posted]:
        """Take back what is not given any more; return the transfers."""
        program = self.context.program_of(self.given.revision)
        self._give_back_codes(program)
        rest = None if program is None else self._rest_gives()
        posted = self._take(self.given, None if rest is None else rest.decision, program)
        measured = {} if rest is None else rest.measured
        for fallen in take_back_progress(self.context, self.given, measured, self.left, self._ids()):
            posted += self._take_completion(fallen)
        if self.left.is_nothing:
            for child in self.context.tx.events.caused_by(self.given.id):
                if child.type not in ("achievement_completed", "tier_changed"):
                    posted += self._take_all(child)
        send_transfers(self.context, posted)
        return posted

    def _give_back_codes(self, program: Program | None) -> None:
        """Give back the redemption codes of a decision, once everything that it was based on was returned."""
        facts = self.context.tx.events.facts(self.given.id) if self.left.is_nothing else None
        if facts is not None:
            first = from_json(self.given.decision or [], (program or self.context.program).wallets)
            give_back_codes(self.context, facts_from_json(facts).codes, first)

    def _ids(self) -> list[str]:
        """Return the events whose contributions say what the sale still gives: its own, and those of its returns."""
        return list(dict.fromkeys([self.given.id, *self.returns, self.context.event.id]))

    def rest(self) -> Event | None:
        """Return the sale's event without returned lines; None: all was returned, or its lines are unknown."""
        if self.left.is_nothing or self.left.by_share or not self.given.body:
            return None
        lines = list(self.left.lines)
        body = {**self.given.body, "items": lines, "gross_value": sum((each["gross_value"] for each in lines), 0)}
        return Event(self.given.id, self.given.type, self.given.member, self.given.time, body)

    def _rest_gives(self) -> RestGives | None:
        """Return what the sale's program gives for the rest of it; None: by share, or nothing is left."""
        rest, facts = self.rest(), self.context.tx.events.facts(self.given.id)
        if rest is None or facts is None:
            return None
        return self.context.evaluate(RestInput(rest, facts_from_json(facts)), revision=self.given.revision)

    def _take(self, event: StoredEvent, again: Decision | None, program: Program | None) -> list[Posted]:
        """Take back what an event gave, and `again` does not give; without `again`, by share."""
        first = from_json(event.decision or [], (program or self.context.program).wallets)
        posted = take_back_points(self.context, event.id, None if again is None else _awarded(again), self._share_of)
        posted += give_back_deductions(self.context, event.id, self._share_of)
        self._take_limits(event, again)
        if again is not None or self.left.is_nothing:
            self._take_badges(event, first, again)
            self._take_rewards(event, first, again)
        return posted

    def _share_of(self, points: int, wallet: Wallet) -> int:
        """Return the part of points that was returned by value, rounded down to what the wallet shows."""
        return self.left.share_of(points, int(10 ** (POINT_DECIMALS - wallet.decimals)))

    def _take_limits(self, event: StoredEvent, again: Decision | None) -> None:
        """Give back the use of limits by firings."""
        still = Counter[tuple[object, ...]]()
        fired = Counter[tuple[object, ...]]()
        for kept in [] if again is None else [kept for claim in again.claims for kept in claimed(claim)]:
            still[kept.kind, kept.name, kept.day, kept.value] += kept.amount
            fired[kept.kind, kept.name, kept.day, kept.value] += kept.times
        for each in self._claims_of(event):
            key = each.kind, each.name, each.day, each.value
            if again is not None:
                amount, times = still[key], fired[key]
            else:
                amount = each.first - self.left.share_of(each.first)
                times = 0 if self.left.is_nothing else each.times
            less, fewer = max(0, each.amount - amount), max(0, each.times - times)
            if less or fewer:
                points = {each.value: Decimal(-less) / MILLION} if each.value else {}
                per: Literal["member", "program"] = "member" if each.kind == "member" else "program"
                self.context.tx.usage.claim(Claim(each.name, per, each.day, -fewer, points), event.member)
                change = Contribution(each.kind, each.name, each.day, each.value, -less, -fewer)
                self.context.contributions += [change, *each.taken_back(self.context, event, less)]

    def _claims_of(self, event: StoredEvent) -> list[Contributed]:
        """Return what an event used of limits; for the sale itself, less what its returns gave back."""
        event_ids = self._ids() if event.id == self.given.id else [event.id]
        return contributed(self.context, event, event_ids, "member", "program")

    def _take_badges(self, event: StoredEvent, first: Decision, again: Decision | None) -> None:
        had, has = _badges(first), Counter[str]() if again is None else _badges(again)
        day = event.time.date()
        taken = Counter[str]()
        for _, each in self.context.tx.contributions.of_events(self._ids()):
            if each.kind == "badge" and each.value == event.id:
                taken[each.name] -= each.times
        for badge in had:
            less = had[badge] - has[badge] - taken[badge]
            now = self.context.tx.members.badge_times(event.member, badge)
            if less > 0 and now > 0:
                self.context.tx.members.set_badge(event.member, badge, max(0, now - less), now=self.context.now)
                self.context.contributions.append(Contribution("badge", badge, day, event.id, 0, -less))
                self.context.log.append(f"badge {badge} is taken away")

    def _take_rewards(self, event: StoredEvent, first: Decision, again: Decision | None) -> None:
        """Cancel the rewards that are not given any more, as far as they are unused."""
        kept = Counter[tuple[str, str]]()
        for source, _, effect in [] if again is None else again.effects():
            if isinstance(effect, IssueReward):
                kept[source, effect.reward] += 1
        work = self.context
        operation = OperationContext(work.tx, work.program, work.state.revision, work.now, "return")
        for source, number, effect in first.effects():
            if not isinstance(effect, IssueReward):
                continue
            if kept[source, effect.reward] > 0:
                kept[source, effect.reward] -= 1
                continue
            issued = work.tx.rewards.get(caused_id(event.id, f"{source}/{number}"))
            if issued is None:
                continue
            try:
                cancel_reward(operation, issued.id, comment="the goods came back")
            except Refusal as refusal:
                work.log.append(f"reward {effect.reward} stays: {refusal}")
            else:
                work.log.append(f"reward {effect.reward} is cancelled")
        for each in operation.to_start:
            work.tx.events.leave_to_relay(each.id, now=work.now)
        work.recorded += operation.to_start

    def _take_completion(self, fallen: FallenCompletion) -> list[Posted]:
        """Take back the gifts of a fallen completion, with everything that they caused."""
        for child in self.context.tx.events.caused_by(fallen.event):
            if child.type == "achievement_completed" and child.body == fallen.body:
                return self._take_all(child)
        return []

    def _take_all(self, event: StoredEvent) -> list[Posted]:
        """Take back everything that an event gave and caused."""
        whole = _Taking(self.context, event, LeftOfSale((), self.left.sold, self.left.sold), self.returns)
        posted = whole._take(event, None, self.context.program_of(event.revision))
        for child in self.context.tx.events.caused_by(event.id):
            posted += self._take_all(child)
        return posted


def _awarded(decision: Decision) -> AwardedBySource:
    """Return the points that a decision awards, by source and wallet."""
    found: dict[tuple[str, str], Awarded] = {}
    for source, _, effect in decision.effects():
        if isinstance(effect, AwardPoints):
            points, counting = found.get((source, effect.wallet), Awarded(0, 0))
            more = effect.points if effect.qualifies else 0
            found[source, effect.wallet] = Awarded(points + effect.points, counting + more)
    return found


def _badges(decision: Decision) -> Counter[str]:
    return Counter(effect.badge for _, _, effect in decision.effects() if isinstance(effect, GrantBadge))
