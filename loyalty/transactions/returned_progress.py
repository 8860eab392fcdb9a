"""Take back the progress of a sale whose goods were returned. A completion falls if nothing takes its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from loyalty.achievements.measuring import Amount, Measured, NoNumber
from loyalty.achievements.messages import send_progress_changed
from loyalty.achievements.progress import (
    ProgressUpdate,
    current_progress,
    in_window,
    open_amount,
    shares_window,
    use_up,
)
from loyalty.calendar import local_day
from loyalty.decisions.decision import RuleOutcome
from loyalty.events.context import EventContext
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Sum
from loyalty.store.achievements import MILLION, DailySum, insert_sorted
from loyalty.store.contributions import Contribution
from loyalty.store.events import StoredEvent
from loyalty.transactions.contributed import contributed
from loyalty.transactions.returned_lines import LeftOfSale


@dataclass(frozen=True, slots=True)
class FallenCompletion:
    """A completion that fell: the event that caused it, and the body of its `achievement_completed`."""

    event: str
    body: Mapping[str, Any]


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
    for each in contributed(context, given, event_ids, "counted"):
        achievement = context.program.achievement_named.get(each.name)
        if achievement is None:
            continue
        stays = _stays(rest.get(each.name), left, achievement, each.value, each.first)
        if stays is None:
            continue
        less = _less(context, given, achievement, each.day, each.value, each.amount, stays)
        if less > 0:
            fallen += _Returned(context, achievement, each.day, each.value).take(less)
            if isinstance(achievement.measure, Sum):
                context.contributions += each.taken_back(context, given, less)
    return fallen


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
    others = {event_id for event_id, each in found if each.kind == "counted"} - {given.id, context.event.id}
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


@dataclass(slots=True)
class _Returned:
    """A daily sum of an achievement from which something is taken back."""

    context: EventContext
    achievement: Achievement
    day: date
    value: str

    def take(self, less: int) -> list[FallenCompletion]:
        """Lower the daily sum; replace what completions used of it by unused other sums."""
        repository, member = self.context.tx.achievements, self.context.event.member
        name = self.achievement.name
        sums = list(repository.daily_sums(member, name, since=date.min))
        found = next((each for each in sums if (each.day, each.value) == (self.day, self.value)), None)
        if found is None:
            return []
        less = min(less, found.amount)
        today = local_day(self.context.now, self.context.program.zone)
        before, completed = current_progress(self.achievement, sums, today), repository.completed(member, name)
        changed = {(found.day, found.value): replace(found, amount=found.amount - less)}
        self._note("counted", found, -less)
        insert_sorted(sums, changed[found.day, found.value])
        fallen = self._cover(sums, changed)
        repository.save_daily_sums(member, name, changed.values())
        after = current_progress(self.achievement, [each for each in sums if not each.is_empty], today)
        self._report(before, after, completed, len(fallen))
        return fallen

    def _cover(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum]) -> list[FallenCompletion]:
        """Replace what completions used too much by unused sums of the window; else the completions fall."""
        fallen: list[FallenCompletion] = []
        while (missing := self._missing(sums)) > 0:
            group = in_window(self.achievement, sums, self.day)
            if self.achievement.window != "streak" and open_amount(self.achievement, group) + missing >= missing > 0:
                others = [each for each in group if each.amount > each.used]
                if open_amount(self.achievement, others) >= missing:
                    for each, amount in use_up(self.achievement, others, missing):
                        self._change(sums, changed, each, amount)
                    self._release(sums, changed, missing)
                    return fallen
            completion = self._undo_completion(sums, changed)
            if completion is None:
                self._release(sums, changed, missing)
                return fallen
            fallen.append(completion)
        return fallen

    def _missing(self, sums: list[DailySum]) -> int:
        found = self._found(sums)
        return max(0, found.used - found.amount)

    def _found(self, sums: list[DailySum]) -> DailySum:
        return next(each for each in sums if (each.day, each.value) == (self.day, self.value))

    def _release(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], amount: int) -> None:
        found = self._found(sums)
        self._change(sums, changed, replace(found, used=found.used - amount), -amount)

    def _change(
        self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], new: DailySum, used: int
    ) -> None:
        changed[new.day, new.value] = new
        insert_sorted(sums, new)
        self._note("used", new, used)

    def _undo_completion(
        self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum]
    ) -> FallenCompletion | None:
        """Undo the last completion that used the daily sum, or a replacement of it: what it used is unused again."""
        member, name = self.context.event.member, self.achievement.name
        if self.context.tx.achievements.completed(member, name) == 0:
            return None
        for event_id in self._completing():
            standing = self._standing(event_id)
            if not standing:
                continue
            number = max(standing)
            self._free(sums, changed, event_id)
            self.context.tx.achievements.complete(member, name, -1, now=self.context.now)
            self.context.contributions.append(Contribution("counted", name, self.day, self.value, 0, -1))
            fell = Contribution("fallen", name, self.day, str(number), 0, -1)
            self.context.tx.contributions.add(event_id, [fell])
            return FallenCompletion(event_id, {"achievement": name, "times": number})
        return None

    def _completing(self) -> list[str]:
        """Return the events that used the daily sum, the last one first, then those that used others of its window."""
        member, name = self.context.event.member, self.achievement.name
        rows = [row for row in self.context.tx.contributions.used_by(member, name) if row[1].amount > 0]
        here = [event_id for event_id, each in rows if (each.day, each.value) == (self.day, self.value)]
        others = [event_id for event_id, each in rows if shares_window(self.achievement, self.day, each.day)]
        return list(dict.fromkeys([*reversed(here), *reversed(others)]))

    def _free(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], event_id: str) -> None:
        """Free what a completion by an event used, and its replacements since."""
        rows = [each for _, each in self.context.tx.contributions.of_events([event_id]) if each.kind == "used"]
        mine = [each for each in rows if each.name == self.achievement.name]
        mine.sort(key=lambda each: ((each.day, each.value) != (self.day, self.value), each.day))
        back = int(self.achievement.goal * MILLION)
        for each in mine:
            there = next((s for s in sums if (s.day, s.value) == (each.day, each.value)), None)
            share = 0 if there is None else min(back, each.amount, there.used)
            if there is not None and share > 0:
                self._change(sums, changed, replace(there, used=there.used - share), -share)
                back -= share
        group = [each for each in sums if shares_window(self.achievement, self.day, each.day)] if back else []
        for there in sorted(group, key=lambda each: (each.day, each.value) != (self.day, self.value)):
            share = min(back, there.used)
            if share > 0:
                self._change(sums, changed, replace(there, used=there.used - share), -share)
                back -= share

    def _standing(self, event_id: str) -> list[int]:
        """Return the numbers of the completions that an event caused and that did not fall."""
        name = self.achievement.name
        completed = self.context.tx.achievements.completed(self.context.event.member, name)
        rows = self.context.tx.contributions.of_events([event_id])
        fallen = {each.value for _, each in rows if each.kind == "fallen" and each.name == name}
        children = self.context.tx.events.caused_by(event_id)
        mine = [each.body for each in children if each.type == "achievement_completed"]
        numbers = [int(body["times"]) for body in mine if body.get("achievement") == name]
        standing = [number for number in numbers if str(number) not in fallen]
        return [number for number in standing if number <= max(completed, 0)] or standing[:1]

    def _note(self, kind: Any, of: DailySum, amount: int) -> None:
        self.context.contributions.append(Contribution(kind, self.achievement.name, of.day, of.value, amount, 0))

    def _report(self, before: Any, after: Any, completed: int, fell: int) -> None:
        if before == after and not fell:
            return
        self.context.log.append(f"{self.achievement.name} {after:f}/{self.achievement.goal:f}, as goods came back")
        update = ProgressUpdate((), before, after, -fell)
        send_progress_changed(self.context, self.achievement, update, completed)
