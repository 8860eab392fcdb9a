"""Members in the lowest tier have periods: each member of a program with reviews who has none is judged soon."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_REVISION = sa.table("revision", sa.column("store"), sa.column("number"), sa.column("files", sa.Text))
_MEMBER = sa.table("member", *map(sa.column, ("id", "store", "tier_until", "merged_into")))
_PLACE = sa.table("member_tier", *map(sa.column, ("member", "store", "subject", "tier_until")))
_DUE = sa.table(
    "deadline", *map(sa.column, ("store", "subject", "kind", "member")), sa.column("due_at", Instant(timezone=True))
)


def upgrade() -> None:
    for table, subject in ((_MEMBER, _MEMBER.c.id), (_PLACE, _PLACE.c.subject)):
        # of a period that ended under a program without reviews, or without the tier
        due = sa.exists().where(_DUE.c.store == table.c.store, _DUE.c.subject == subject, _DUE.c.kind == "tier_review")
        op.execute(sa.update(table).where(table.c.tier_until.is_not(None), ~due).values(tier_until=None))
    newest = _REVISION.alias("newest")
    is_in_force = _REVISION.c.number == (
        sa.select(sa.func.max(newest.c.number)).where(newest.c.store == _REVISION.c.store).scalar_subquery()
    )
    # a program without reviews that has these words costs its members a due item that does nothing
    may_review = sa.or_(_REVISION.c.files.contains("tier_review"), _REVISION.c.files.contains("valid"))
    stores = sa.select(_REVISION.c.store).where(is_in_force, may_review)
    has_place = sa.exists().where(_PLACE.c.member == _MEMBER.c.id, _PLACE.c.tier_until.is_(None))
    now = sa.literal(datetime.now(UTC), Instant(timezone=True))
    judged = sa.select(_MEMBER.c.store, _MEMBER.c.id, sa.literal("judge_tier"), _MEMBER.c.id, now).where(
        _MEMBER.c.store.in_(stores),
        _MEMBER.c.merged_into.is_(None),
        sa.or_(_MEMBER.c.tier_until.is_(None), has_place),
        ~sa.exists().where(_DUE.c.subject == _MEMBER.c.id, _DUE.c.kind == "judge_tier"),
    )
    op.execute(sa.insert(_DUE).from_select(["store", "subject", "kind", "member", "due_at"], judged))


def downgrade() -> None:
    op.execute(sa.delete(_DUE).where(_DUE.c.kind == "tier_period"))
