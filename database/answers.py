"""Answers to requests with an Idempotency-Key, kept so that a repeated request gets the first answer again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_

from database.locks import answer_lock
from database.queries import Queries, WriteQueries
from database.tables import kept_answer


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with an Idempotency-Key; requests with the same key, client and route are the same if their content is.

    `client` is `admin/ID` or `member/ID`, `route` the method with the template of the path.
    """

    client: str
    route: str
    key: str
    fingerprint: str
    """A hash of the content."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer and the fingerprint of its request. `content` None: it has no body."""

    fingerprint: str
    status: int
    content: Any
    answered_at: datetime


class AnswerQueries(Queries):
    """Reads the kept answers of one store."""

    def find(self, request: KeyedRequest, *, since: datetime) -> KeptAnswer | None:
        """Return the answer to the first request with the key, if it was given since."""
        names = {"client": request.client, "route": request.route, "key": request.key}
        found = self.find_one(KeptAnswer, kept_answer, **names)
        return found if found is not None and found.answered_at >= since else None


class Answers(AnswerQueries, WriteQueries):
    """The kept answers of one store."""

    def lock_key(self, request: KeyedRequest) -> bool:
        """Lock a key until the transaction ends; return False if another transaction has locked it."""
        return self.try_lock(answer_lock(request.client, request.route, request.key))

    def keep(self, request: KeyedRequest, status: int, content: Any, *, now: datetime) -> None:
        """Store the answer to a request, in place of one that was given too long ago to be found."""
        key = {"client": request.client, "route": request.route, "key": request.key}
        answer = {"fingerprint": request.fingerprint, "status": status, "content": content, "answered_at": now}
        self.upsert(kept_answer, key | answer)


def delete_answers(connection: Connection, *, before: datetime, limit: int) -> int:
    """Delete at most so many answers that were given before; return how many. Locked rows are left for another time."""
    key = (kept_answer.c.store, kept_answer.c.client, kept_answer.c.route, kept_answer.c.key)
    oldest = (
        select(*key)
        .where(kept_answer.c.answered_at < before)
        .order_by(kept_answer.c.answered_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    deleted = delete(kept_answer).where(tuple_(*key).in_(oldest)).returning(kept_answer.c.answered_at)
    return len(connection.execute(deleted).all())
