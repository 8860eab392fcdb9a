"""With the upgrade every member of a program with reviews who has no period is judged, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select

from database.tables import deadline, member, member_tier
from tests.kit.migrations import insert_row, move

AT = datetime(2026, 5, 1, tzinfo=UTC)
END = datetime(2027, 5, 1, tzinfo=UTC)


def _member(connection: Connection, name: str, until: datetime | None, **more: Any) -> None:
    times = {"registered_at": AT, "created_at": AT, "updated_at": AT}
    row = {"id": name, "store": "S", "profile": "{}", "attributes": "{}", "active": True, "tier_until": until}
    insert_row(connection, "member", **(row | times | more))


def _program(connection: Connection, store: str, *texts: str) -> None:
    insert_row(connection, "store", code=store, created_at=AT, secret="x")
    for number, text in enumerate(texts, 1):
        files = f'{{"program.yaml": "{text}"}}'
        deployed = {"hash": "h", "deployed_at": AT, "deployed_by": "ann"}
        insert_row(connection, "revision", store=store, number=number, files=files, **deployed)


@pytest.mark.parametrize(
    ("texts", "is_judged"),
    [
        (("store: S", "tier_review: {after: 1y}"), True),
        (("store: S", "tier_sets: {status: {valid: {after: 1y}}}"), True),
        (("tier_review: {after: 1y}", "store: S"), False),
    ],
)
def test_members_without_a_period_are_judged_if_the_program_in_force_reviews_tiers(
    database_url: str, texts: tuple[str, ...], is_judged: bool
) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        move(connection, "0055")
        _program(connection, "S", *texts)
        _member(connection, "low", None)
        _member(connection, "high", END)
        _member(connection, "stale", AT)
        _member(connection, "place", END)
        _member(connection, "gone", None, merged_into="low")
        for subject in ("high", "place"):
            insert_row(
                connection, "deadline", store="S", subject=subject, kind="tier_review", due_at=END, member=subject
            )
        insert_row(
            connection,
            "member_tier",
            member="place",
            tier_set="status",
            store="S",
            subject="p",
            tier_base=0,
            tier_until=AT,
            reviewed_base=0,
        )

        move(connection, "head")
        judged = select(deadline.c.subject, deadline.c.member).where(deadline.c.kind == "judge_tier")
        found = sorted(tuple(row) for row in connection.execute(judged))
        due = connection.execute(select(deadline.c.due_at).where(deadline.c.kind == "judge_tier")).scalars().all()
        ends = dict(tuple(row) for row in connection.execute(select(member.c.id, member.c.tier_until)))
        places = connection.execute(select(member_tier.c.tier_until)).scalars().all()
    engine.dispose()

    assert found == ([(each, each) for each in ("low", "place", "stale")] if is_judged else [])
    assert all(each <= datetime.now(UTC) for each in due)
    assert ends == {"low": None, "high": END, "stale": None, "place": END, "gone": None}
    assert places == [None]
