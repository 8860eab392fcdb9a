"""Record changes by administrators and API keys in the audit log, in the transaction of the change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from api.authentication.callers import AdminCaller
from api.authentication.key_rate_limiter import KeyRateLimiter
from api.authentication.rules import AnyAdministrator, AnyCaller, Everyone, MembersOnly, Needs, NeedsAllStores, Rule
from api.http.errors import RateLimitReached
from api.http.requests import address_of
from database import Database
from database.audit_log import AuditEntry, AuditLog
from loyalty.ids import new_id
from loyalty.masking import masked_name

T = TypeVar("T")

MAX_REFUSALS = 60
"""The most refused changes per caller and minute that a process records; further ones are only logged."""

MAX_ENTITY_ID = 255

_NO_ENTITY = frozenset({"storeCode", "kind"})
"""Path parameters that identify nothing by themselves; of the others, the last one identifies the entity."""

_SCOPE = "laurel.audited"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AuditedRequest:
    """A request that changes something, and its audit log entry."""

    caller: AdminCaller
    event_type: str
    entity_type: str
    entity_id: str | None
    store: str | None
    address: str
    members: list[str] = field(default_factory=list)
    """The ids of the members in its path, as they are found."""

    def entry(self, *, status: int, answer: Any = None, details: Mapping[str, Any] | None = None) -> AuditEntry:
        """Return the entry of the request; its entity is that of the response, else that of the path, members first."""
        caller = self.caller
        return AuditEntry(
            id=new_id(),
            created_at=datetime.now(UTC),
            store=self.store,
            event_type=self.event_type,
            entity_type=self.entity_type,
            entity_id=_id_in(answer) or next(iter(self.members), self.entity_id),
            user_id=caller.id,
            username=caller.username,
            user_type="admin" if caller.has_login else "apiKey",
            api_key=caller.key,
            address=self.address or None,
            outcome="done" if status < 400 else "refused",
            status=status,
            details=details,
        )

    def write(
        self, connection: Connection, *, status: int = 200, answer: Any = None, details: Mapping[str, Any] | None = None
    ) -> None:
        """Record that the request is done, in its transaction."""
        AuditLog(connection).add(self.entry(status=status, answer=answer, details=details))


def begin_audit(request: Request, caller: AdminCaller, rule: Rule) -> None:
    """Mark a request that changes something for the audit log, before it is authorized."""
    entity_type = audited_entity(request.method, rule)
    if entity_type is None:
        return
    path = request.scope["route"].path
    names = request.path_params
    own = [value for name, value in names.items() if name not in _NO_ENTITY]
    request.scope[_SCOPE] = AuditedRequest(
        caller,
        f"{request.method} {path}",
        entity_type,
        masked_name(str(own[-1]))[:MAX_ENTITY_ID] if own else None,
        names["storeCode"][:MAX_ENTITY_ID] if "storeCode" in names else caller.rights.store,
        address_of(request),
    )


def audit_store(request: Request, store: str) -> None:
    """Set the store of a request in the audit log if the path does not name it."""
    begun = audited(request)
    if begun is not None:
        request.scope[_SCOPE] = replace(begun, store=store[:MAX_ENTITY_ID])


def audited(request: Request) -> AuditedRequest | None:
    """Return the audit log entry of a request; None: it has none."""
    found: AuditedRequest | None = request.scope.get(_SCOPE)
    return found


def audited_entity(method: str, rule: Rule) -> str | None:
    """Return the entity of an audited route; None for one that is not audited, as it changes nothing or too often."""
    if method == "GET":
        return None
    match rule:
        case Needs(permission=permission, audited=True) | NeedsAllStores(permission=permission):
            return permission.resource
        case AnyAdministrator():
            return "ADMIN"
        case Everyone() | AnyCaller() | MembersOnly() | Needs():
            return None


class RefusalLog:
    """Records refused changes in the audit log, up to a number per minute and caller."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._limiter = KeyRateLimiter()

    async def record(self, request: Request, status: int) -> None:
        """Record that a request was refused with a status, if it is audited; without the database, only log it."""
        refused = audited(request)
        if refused is None:
            return
        entry = refused.entry(status=status)
        try:
            self._limiter.acquire(refused.caller.key or refused.caller.id, MAX_REFUSALS)
            await self._database.access_write(lambda access: access.audit_log.add(entry))
        except (RateLimitReached, SQLAlchemyError) as error:
            log.warning(
                "a refused change is not in the audit log",
                because=type(error).__name__,
                event_type=entry.event_type,
                username=entry.username,
                api_key=entry.api_key,
                status=status,
            )


def _id_in(answer: Any) -> str | None:
    """Return the id in a response, or the first one of several."""
    if isinstance(answer, str | int):
        return str(answer)
    if isinstance(answer, list) and answer:
        return _id_in(answer[0])
    if not isinstance(answer, Mapping):
        return None
    ids = (value for name, value in answer.items() if name.endswith("Id") and isinstance(value, str | int))
    found = next(ids, None)
    return None if found is None else str(found)
