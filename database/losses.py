"""Count what members would lose if a program dropped some names."""

from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from sqlalchemy import Column, ColumnElement, Table, Text, cast, func, or_, select

import rules
from database.queries import Queries
from database.tables import account, event, issued_reward, mark, member, member_tier
from loyalty.losses import LOSS_KINDS, Loss, LossKind
from loyalty.program.attributes import fits
from loyalty.program.body_schema import BodySchema
from loyalty.program.outline import NamesByKind


class LossQueries(Queries):
    """Counts what members of one store hold by the names of its program."""

    def of(self, dropped: NamesByKind) -> tuple[Loss, ...]:
        """Return what would be lost without these names, by kind and name."""
        return tuple(loss for kind in LOSS_KINDS if dropped[kind] for loss in self._lost(kind, sorted(dropped[kind])))

    def of_attributes(self, schemas: Mapping[str, BodySchema]) -> tuple[Loss, ...]:
        """Return each attribute for which members have values that its schema refuses."""
        if not schemas:
            return ()
        unfit = dict.fromkeys(schemas, 0)
        stored = cast(member.c.attributes, Text)
        named = or_(*(stored.contains(rules.exact.dumps(name), autoescape=True) for name in schemas))
        selected = select(member.c.attributes).where(member.c.store == self.store, named)
        for attributes in self.connection.execute(selected.execution_options(yield_per=1_000)).scalars():
            for name, schema in schemas.items():
                unfit[name] += name in attributes and not fits(schema, attributes[name])
        return tuple(Loss("attribute", name, members) for name, members in sorted(unfit.items()) if members)

    def of_achievements(self, names: Collection[str]) -> tuple[Loss, ...]:
        """Return the achievements with progress of members, of some that count something else by a new program."""
        counts = (
            self._counts(mark, mark.c.achievement, sorted(names), mark.c.member, mark.c.amount != 0) if names else ()
        )
        return tuple(Loss("achievement", name, members) for name, members, _ in counts)

    def _lost(self, kind: LossKind, names: list[str]) -> Iterator[Loss]:
        match kind:
            case "wallet":
                return self._wallets(names)
            case "tier":
                return self._tiers(names)
            case "tier_set":
                return self._tier_sets(names)
            case "reward":
                return self._rewards(names)
            case "event":
                return self._event_types(names)
            case "attribute" | "achievement":
                return iter(())  # what is not declared any more stays
            case _:
                assert_never(kind)

    def _wallets(self, names: list[str]) -> Iterator[Loss]:
        holds = or_(*(account.c[part] != 0 for part in ("active", "pending", "held", "owed")))
        for name, members, _ in self._counts(account, account.c.wallet, names, account.c.member, holds):
            yield Loss("wallet", name, members)

    def _tiers(self, names: list[str]) -> Iterator[Loss]:
        """Yield tiers with members; one of a set beside the default is named `SET/TIER`."""
        of_default = [name for name in names if "/" not in name]
        for name, members, _ in self._counts(member, member.c.tier, of_default, member.c.id):
            yield Loss("tier", name, members)
        for tier_set in sorted({name.partition("/")[0] for name in names if "/" in name}):
            tiers = [name.partition("/")[2] for name in names if name.startswith(f"{tier_set}/")]
            in_set = member_tier.c.tier_set == tier_set
            for name, members, _ in self._counts(member_tier, member_tier.c.tier, tiers, member_tier.c.member, in_set):
                yield Loss("tier", f"{tier_set}/{name}", members)

    def _tier_sets(self, names: list[str]) -> Iterator[Loss]:
        is_in_tier = member_tier.c.tier.is_not(None)
        counts = self._counts(member_tier, member_tier.c.tier_set, names, member_tier.c.member, is_in_tier)
        for name, members, _ in counts:
            yield Loss("tier_set", name, members)

    def _rewards(self, names: list[str]) -> Iterator[Loss]:
        """Yield rewards with a coupon that is neither used nor expired."""
        is_out = (issued_reward.c.status == "issued", issued_reward.c.coupon.is_not(None))
        counts = self._counts(issued_reward, issued_reward.c.reward, names, issued_reward.c.member, *is_out)
        for name, members, _ in counts:
            yield Loss("reward", name, members)

    def _event_types(self, names: list[str]) -> Iterator[Loss]:
        """Yield event types with events in their members' queues."""
        queued = event.c.position.is_not(None)
        for name, members, events in self._counts(event, event.c.type, names, event.c.member, queued):
            yield Loss("event", name, members, events)

    def _counts(
        self, table: Table, named: Column[str], names: list[str], member_id: Column[str], *where: ColumnElement[bool]
    ) -> Iterator[tuple[str, int, int]]:
        """Yield each name with the number of its members and of its rows."""
        counted = select(named, func.count(member_id.distinct()), func.count())
        within = counted.where(table.c.store == self.store, named.in_(names), *where)
        rows = self.connection.execute(within.group_by(named).order_by(named))
        return ((name, members, count) for name, members, count in rows)
