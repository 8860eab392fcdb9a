"""A daily sum from which a return takes something: what completed by it is completed by others, or falls.

What a completion used of the sum is replaced: by unused sums of its window, by what counted nothing since the
achievement was completed as often as it can be, or by another window that reaches the goal. Else the completion falls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

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
from loyalty.events.context import EventContext
from loyalty.program.achievements import Achievement, CountDays, Distinct
from loyalty.store.achievements import MILLION, DailySum, insert_sorted
from loyalty.store.contributions import Contribution
from loyalty.transactions.contributed import as_counted, as_returned


@dataclass(frozen=True, slots=True)
class FallenCompletion:
    """A completion that fell: the event that caused it, and the body of its `achievement_completed`."""

    event: str
    body: Mapping[str, Any]


@dataclass(slots=True)
class ReturnedSum:
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
        """Let unused sums take the place of what completions used too much; else the completions fall."""
        fallen: list[FallenCompletion] = []
        while (missing := self._missing(sums)) > 0:
            if self._replace(sums, changed, missing):
                return fallen
            if self._count_beyond(sums, changed, missing):
                continue
            completion = self._last_completion()
            if completion is None:
                self._release(sums, changed, missing)
                return fallen
            event_id, number = completion
            self._free(sums, changed, event_id)
            if self._missing(sums) == missing or not self._complete_again(sums, changed, event_id):
                fallen.append(self._fall(event_id, number))
        return fallen

    def _replace(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], missing: int) -> bool:
        """Use unused sums of the window in place of what is missing; return False if they are too few."""
        others = [each for each in in_window(self.achievement, sums, self.day) if each.amount > 0]
        if isinstance(self.achievement.measure, Distinct):
            used = {each.value for each in others if each.used}
            if self.value in used:  # the completion has it of another day, too
                self._release(sums, changed, missing)
                return True
            others = [each for each in others if each.value not in used]
        others = [each for each in others if each.amount > each.used]
        if self.achievement.window == "streak" or open_amount(self.achievement, others) < missing:
            return False
        for each, amount in use_up(self.achievement, others, missing):
            self._change(sums, changed, each, amount)
        self._release(sums, changed, missing)
        return True

    def _count_beyond(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], missing: int) -> bool:
        """Count what events would have added if the achievement had not been completed; return whether any did."""
        tx, name, member = self.context.tx, self.achievement.name, self.context.event.member
        if tx.achievements.completed(member, name) == 0:
            return False
        counted = 0
        for event_id, each in tx.contributions.of_achievement("beyond", member, name):
            if each.amount <= 0 or counted >= missing or not self._is_near(each.day):
                continue
            more = self._count_sum(sums, changed, each)
            if more <= 0:
                continue  # its day, or its value, counts already
            counted += more
            moved = [each, *as_returned(each, tx.contributions.of_events([event_id]))]
            tx.contributions.add(event_id, [replace(one, amount=-one.amount) for one in moved])
            tx.contributions.add(event_id, [as_counted(one) for one in moved])
        return counted > 0

    def _count_sum(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], added: Contribution) -> int:
        """Add a contribution to its daily sum; return by how much that grew."""
        there = next((each for each in sums if (each.day, each.value) == (added.day, added.value)), None)
        before = DailySum(added.day, added.value, 0) if there is None else there
        amount = before.amount + added.amount
        if isinstance(self.achievement.measure, CountDays | Distinct):
            amount = MILLION
        if amount > before.amount:
            changed[added.day, added.value] = replace(before, amount=amount)
            insert_sorted(sums, changed[added.day, added.value])
        return amount - before.amount

    def _is_near(self, day: date) -> bool:
        """Return whether the sum of a day can take the place of the sum that comes back."""
        if self.achievement.window == "streak":
            return abs((day - self.day).days) <= self.achievement.goal
        return shares_window(self.achievement, self.day, day)

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

    def _last_completion(self) -> tuple[str, int] | None:
        """Return the last completion that used the daily sum, or a sum in its place: its event, and its number."""
        member, name = self.context.event.member, self.achievement.name
        if self.context.tx.achievements.completed(member, name) == 0:
            return None
        used = self._used()
        here = [event_id for event_id, day, value in used if (day, value) == (self.day, self.value)]
        others = [event_id for event_id, day, _ in used if shares_window(self.achievement, self.day, day)]
        for event_id in dict.fromkeys([*reversed(here), *reversed(others)]):
            standing = self._standing(event_id)
            if standing:
                return event_id, max(standing)
        return None

    def _used(self) -> dict[tuple[str, date, str], int]:
        """Return what completions use, by their event and the daily sum, in the order of the events."""
        name, read = self.achievement.name, self.context.tx.contributions
        rows = list(read.of_achievement("used", self.context.event.member, name))
        own = [(self.context.event.id, each) for each in self.context.contributions if each.name == name]
        rows += [row for row in own if row[1].kind == "used"]
        of_returns = [*read.of_events(list(dict.fromkeys(event_id for event_id, _ in rows))), *own]
        kept = {event_id: each.value for event_id, each in of_returns if (each.kind, each.name) == ("kept", name)}
        found: dict[tuple[str, date, str], int] = {}
        for event_id, each in rows:
            key = kept.get(event_id, event_id), each.day, each.value
            found[key] = found.get(key, 0) + each.amount
        return {key: amount for key, amount in found.items() if amount > 0}

    def _complete_again(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], event_id: str) -> bool:
        """Complete the achievement by what is unused now, in place of an earlier completion; return whether it is."""
        goal = int(self.achievement.goal * MILLION)
        live = [each for each in sums if each.amount > 0]
        for day in dict.fromkeys(each.day for each in live):
            group = in_window(self.achievement, live, day)
            if open_amount(self.achievement, group) >= goal:
                for each, amount in use_up(self.achievement, group, goal):
                    self._change(sums, changed, each, amount)
                kept = Contribution("kept", self.achievement.name, self.day, event_id, 0, 0)
                self.context.contributions.append(kept)
                return True
        return False

    def _fall(self, event_id: str, number: int) -> FallenCompletion:
        """Take away a completion, whose sums were freed."""
        member, name = self.context.event.member, self.achievement.name
        self.context.tx.achievements.complete(member, name, -1, now=self.context.now)
        self.context.contributions.append(Contribution("counted", name, self.day, self.value, 0, -1))
        fell = Contribution("fallen", name, self.day, str(number), 0, -1)
        self.context.tx.contributions.add(event_id, [fell])
        return FallenCompletion(event_id, {"achievement": name, "times": number})

    def _free(self, sums: list[DailySum], changed: dict[tuple[date, str], DailySum], event_id: str) -> None:
        """Free what a completion by an event used, and its replacements since."""
        mine = [(day, value, amount) for (owner, day, value), amount in self._used().items() if owner == event_id]
        mine.sort(key=lambda each: (each[:2] != (self.day, self.value), each[0]))
        back, values = int(self.achievement.goal * MILLION), set[str]()
        is_distinct = isinstance(self.achievement.measure, Distinct)
        for day, value, amount in mine:
            there = next((s for s in sums if (s.day, s.value) == (day, value)), None)
            share = 0 if there is None else min(amount if is_distinct else back, amount, there.used)
            if there is not None and share > 0:
                self._change(sums, changed, replace(there, used=there.used - share), -share)
                back -= 0 if is_distinct and value in values else share
                values.add(value)
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
