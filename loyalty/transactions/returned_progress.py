"""Take back the progress of a sale whose goods were returned. A completion falls if nothing takes its place."""

from collections.abc import Mapping, Sequence
from datetime import date

from loyalty.achievements.measuring import Amount, Measured, NoNumber
from loyalty.decisions.decision import RuleOutcome
from loyalty.events.context import EventContext
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Sum
from loyalty.store.achievements import MILLION
from loyalty.store.contributions import Contribution
from loyalty.store.events import StoredEvent
from loyalty.transactions.contributed import Contributed, contributed
from loyalty.transactions.returned_lines import LeftOfSale
from loyalty.transactions.returned_sums import FallenCompletion, ReturnedSum


def take_back_progress(
    context: EventContext,
    given: StoredEvent,
    rest: Mapping[str, Measured],
    left: LeftOfSale,
    event_ids: Sequence[str],
) -> list[FallenCompletion]:
    """Take back what a sale counted and the rest of it does not; return the completions that fell.

    `rest`: what the rest of the sale adds, by achievement. `event_ids`: the sale and its returns, whose contributions
    say what it still counts.
    """
    fallen: list[FallenCompletion] = []
    for each in contributed(context, given, event_ids, "counted", "beyond"):
        achievement = context.program.achievement_named.get(each.name)
        if achievement is None:
            continue
        stays = _stays(rest.get(each.name), left, achievement, each.value, each.first)
        if stays is None:
            continue
        if each.kind == "beyond":
            _take_beyond(context, given, each, stays)
            if isinstance(achievement.measure, Sum | CountEvents):
                continue
        less = _less(context, given, achievement, each.day, each.value, each.amount, stays)
        if less > 0:
            fallen += ReturnedSum(context, achievement, each.day, each.value).take(less)
            if isinstance(achievement.measure, Sum):
                context.contributions += each.taken_back(context, given, less)
    return fallen


def _take_beyond(context: EventContext, given: StoredEvent, each: Contributed, stays: int) -> None:
    """Lower what a sale counted beyond the last completion, so that it takes the place of nothing any more."""
    less = max(0, each.amount - stays)
    if less:
        change = Contribution("beyond", each.name, each.day, each.value, -less, 0)
        context.tx.contributions.add(given.id, [change, each.as_returned(less)])


def _stays(rest: Measured | None, left: LeftOfSale, achievement: Achievement, value: str, first: int) -> int | None:
    """Return what the rest of a sale counts, in millionths; 0: it does not count any more; None: as before."""
    if left.is_nothing:
        return 0
    match rest:
        case None:
            return first - left.share_of(first) if isinstance(achievement.measure, Sum) else None
        case RuleOutcome(verdict="too_much_work"):
            return None
        case Amount(number, counted) if counted == value:
            return int((number * MILLION).to_integral_value())
        case Amount() | NoNumber() | RuleOutcome():
            return 0


def _less(
    context: EventContext,
    given: StoredEvent,
    achievement: Achievement,
    day: date,
    value: str,
    amount: int,
    stays: int,
) -> int:
    """Return by how much a daily sum falls: 0 while another event counts the same day, or the same value."""
    match achievement.measure:
        case Sum() | CountEvents():
            return max(0, amount - stays)
        case CountDays() | Distinct():
            if stays > 0:
                return 0
            context.contributions.append(Contribution("counted", achievement.name, day, value, 0, 0))
            return 0 if _has_other(context, given, achievement.name, day, value) else MILLION


def _has_other(context: EventContext, given: StoredEvent, name: str, day: date, value: str) -> bool:
    """Return whether another sale of the member, not returned, counts the same day or value."""
    found = context.tx.contributions.counted_on(given.member, name, day, value)
    others = {event_id for event_id, each in found if each.kind != "used"} - {given.id, context.event.id}
    for event_id in others:
        event = context.tx.events.get(event_id)
        if event is None or event.type != given.type:
            continue
        if not _came_back(context, event, others):
            return True
    return False


def _came_back(context: EventContext, event: StoredEvent, noted: set[str]) -> bool:
    """Return whether a return of a sale has recorded that the sale does not count for the day any more."""
    reversing = context.tx.reversals.of(event.id) if event.type in context.program.reversals_of else ()
    if any(each.event in noted for each in reversing):
        return True
    sale = context.tx.transactions.of_event(event.id)
    returns = [] if sale is None else context.tx.transactions.returns_of(sale.document_number)
    return any(each.event in noted for each in returns)
