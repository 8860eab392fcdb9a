"""The stage of each member in each achievement, updated as daily sums change, and the number of members per stage.

A trigger records the member of each changed daily sum and completion. Counting computes the stages of these members
again and corrects the numbers by the difference from the stored ones: so a note may be counted twice, and members in
any order. An achievement with a changed definition is counted again for all members, a page at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, select, union

from database.analytics.funnel import best_of_members
from database.queries import Queries, WriteQueries
from database.tables import funnel, funnel_count, funnel_stage, mark, progress
from database.test_members import ids_of_test_members
from database.unreadable import damage_of
from loyalty.achievements.funnel import Funnel, Stage, funnel_of, stage_of
from loyalty.program.achievements import Achievement
from loyalty.store.achievements import MILLION

_CHUNK = 400

FROM_THE_FIRST = ""
"""A member id before all members."""


def definition_of(achievement: Achievement) -> str:
    """Return the definition on which stages depend, as text: when it changes, all stages are computed again."""
    return f"{type(achievement.measure).__name__} in {achievement.window} to {achievement.goal}"[:255]


class FunnelQueries(Queries):
    """Reads the stages of members of one store."""

    def counted(self, achievement: Achievement, waiting: Collection[str]) -> Funnel | None:
        """Return the funnel; `waiting`: the members with notes. None: not all members are counted."""
        here = (funnel.c.store == self.store, funnel.c.achievement == achievement.name)
        is_of = (funnel.c.definition == definition_of(achievement), funnel.c.counted_to.is_(None))
        if self.connection.execute(select(funnel.c.achievement).where(*here, *is_of)).first() is None:
            return None
        table = funnel_count
        wanted = select(table.c.stage, table.c.members)
        wanted = wanted.where(table.c.store == self.store, table.c.achievement == achievement.name)
        sums = {row.stage: row.members for row in self.connection.execute(wanted) if damage_of((), row) is None}
        members = defaultdict(int, sums)
        for _, before, now in self.changed(achievement, sorted(waiting)):
            for stage, more in ((before, -1), (now, 1)):
                if stage is not None:
                    members[stage] += more
        return funnel_of(members)

    def changed(
        self, achievement: Achievement, members: Sequence[str]
    ) -> Iterator[tuple[str, Stage | None, Stage | None]]:
        """Yield each of these members whose stage has changed, with the stored and the present stage."""
        for first in range(0, len(members), _CHUNK):
            some = members[first : first + _CHUNK]
            before, now = self._stored(achievement, some), self._stages(achievement, some)
            for member in some:
                if before.get(member) != now.get(member):
                    yield member, before.get(member), now.get(member)

    def _stored(self, achievement: Achievement, members: Sequence[str]) -> Mapping[str, Stage]:
        table = funnel_stage
        here = (table.c.store == self.store, table.c.achievement == achievement.name, table.c.member.in_(members))
        rows = self.connection.execute(select(table.c.member, table.c.stage).where(*here))
        return {row.member: row.stage for row in rows if damage_of((), (row.stage,)) is None}

    def _stages(self, achievement: Achievement, members: Sequence[str]) -> Mapping[str, Stage]:
        here = (progress.c.store == self.store, progress.c.achievement == achievement.name)
        done = select(progress.c.member, progress.c.completed).where(*here, progress.c.member.in_(members))
        done = done.where(progress.c.member.not_in(ids_of_test_members(self.store)))
        rows = self.connection.execute(done)
        completed = {row.member: row.completed for row in rows if damage_of((), (row.completed,)) is None}
        held = self.connection.execute(best_of_members(self.store, achievement, members))
        best = {row.member: int(row.best) for row in held}
        goal = int(achievement.goal * MILLION)
        stages = {each: stage_of(best.get(each), goal, completed.get(each, 0)) for each in (*completed, *best)}
        return {member: stage for member, stage in stages.items() if stage is not None}


class Funnels(FunnelQueries, WriteQueries):
    """The stages of members of one store; the caller is the only process that counts."""

    def count(self, achievements: Iterable[Achievement], noted: Collection[str], *, limit: int) -> bool:
        """Store the stages of members with notes, and of a page of an achievement that is counted again.

        Return whether an achievement remains to be counted.
        """
        known = self._places()
        by_name = {each.name: each for each in achievements}
        for name, (definition, _) in known.items():
            if name not in by_name or definition != definition_of(by_name[name]):
                self._forget(name)
        members = sorted(noted)
        unfinished = []
        for name, each in by_name.items():
            definition, counted_to = known.get(name, ("", FROM_THE_FIRST))
            if definition != definition_of(each):
                counted_to = FROM_THE_FIRST
                self.insert(funnel, {"achievement": name, "definition": definition_of(each), "counted_to": counted_to})
            self._store(each, members)
            if counted_to is not None:
                unfinished.append((each, counted_to))
        left = limit
        for each, counted_to in unfinished:
            found = self._go_on(each, counted_to, left) if left else left
            if found == left:
                return True
            left -= found
        return False

    def _places(self) -> Mapping[str, tuple[str, str | None]]:
        columns = (funnel.c.achievement, funnel.c.definition, funnel.c.counted_to)
        rows = self.connection.execute(select(*columns).where(funnel.c.store == self.store))
        return {row.achievement: (row.definition, row.counted_to) for row in rows}

    def forget_all(self) -> None:
        """Reset counting of all achievements to the first member."""
        for table in (funnel, funnel_stage, funnel_count):
            self.connection.execute(delete(table).where(table.c.store == self.store))

    def _forget(self, name: str) -> None:
        for table in (funnel, funnel_stage, funnel_count):
            self.connection.execute(delete(table).where(table.c.store == self.store, table.c.achievement == name))

    def _go_on(self, achievement: Achievement, after: str, limit: int) -> int:
        """Store a page of members; return how many: fewer than `limit` are the last ones."""
        pages = [
            select(table.c.member)
            .where(table.c.store == self.store, table.c.achievement == achievement.name, table.c.member > after)
            .distinct()
            .order_by(table.c.member)
            .limit(limit)
            .subquery()
            for table in (mark, progress)
        ]
        both = union(*(select(page.c.member) for page in pages)).subquery()
        members = list(self.connection.execute(select(both.c.member).order_by(both.c.member).limit(limit)).scalars())
        self._store(achievement, members)
        counted_to = None if len(members) < limit else members[-1]
        self.update(funnel, {"achievement": achievement.name}, counted_to=counted_to)
        return len(members)

    def _store(self, achievement: Achievement, members: Sequence[str]) -> None:
        more: dict[Stage, int] = defaultdict(int)
        stages, gone = [], []
        for member, before, now in self.changed(achievement, members):
            if before is not None:
                more[before] -= 1
            if now is None:
                gone.append(member)
            else:
                more[now] += 1
                stages.append({"member": member, "achievement": achievement.name, "stage": now})
        if stages:
            self.upsert_all_adding(funnel_stage, stages, sums=())
        here = (funnel_stage.c.store == self.store, funnel_stage.c.achievement == achievement.name)
        for first in range(0, len(gone), _CHUNK):
            some = funnel_stage.c.member.in_(gone[first : first + _CHUNK])
            self.connection.execute(delete(funnel_stage).where(*here, some))
        rows = [{"achievement": achievement.name, "stage": each, "members": n} for each, n in sorted(more.items()) if n]
        if rows:
            self.upsert_all_adding(funnel_count, rows, sums=("members",))


def stores_with_funnels_to_count(connection: Connection) -> list[str]:
    """Return the stores with an achievement that remains to be counted."""
    return list(connection.execute(select(funnel.c.store).where(funnel.c.counted_to.is_not(None)).distinct()).scalars())
