"""Responses to requests with an Idempotency-Key, stored so that a repeated request gets the first response again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_

from database.locks import answer_lock
from database.queries import Queries, WriteQueries
from database.tables import kept_answer


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with an Idempotency-Key.

    Requests with the same key, client and route are the same if their content is. `client` is `admin/ID` or
    `member/ID`, `route` the method with the template of the path.
    """

    client: str
    route: str
    key: str
    fingerprint: str
    """A hash of the content."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A response and the fingerprint of its request. `content` None: it has no body."""

    fingerprint: str
    status: int
    content: Any
    answered_at: datetime


class AnswerQueries(Queries):
    """Reads the stored responses of one store."""

    def find(self, request: KeyedRequest, *, since: datetime) -> KeptAnswer | None:
        """Return the response to the first request with the key, if it was given since a moment."""
        names = {"client": request.client, "route": request.route, "key": request.key}
        found = self.find_one(KeptAnswer, kept_answer, **names)
        return found if found is not None and found.answered_at >= since else None


class Answers(AnswerQueries, WriteQueries):
    """The stored responses of one store."""

    def lock_key(self, request: KeyedRequest) -> bool:
        """Lock a key until the transaction ends; return False if another transaction has locked it."""
        return self.try_lock(answer_lock(request.client, request.route, request.key))

    def keep(self, request: KeyedRequest, status: int, content: Any, *, now: datetime) -> None:
        """Store the response to a request, replacing an expired one."""
        key = {"client": request.client, "route": request.route, "key": request.key}
        answer = {"fingerprint": request.fingerprint, "status": status, "content": content, "answered_at": now}
        self.upsert(kept_answer, key | answer)


def delete_answers(connection: Connection, *, before: datetime, limit: int) -> int:
    """Delete at most `limit` responses that were given before a moment; return how many.

    Locked rows are skipped.
    """
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
