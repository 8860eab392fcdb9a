"""Everything stored about one member, as one JSON document that is streamed."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import StreamingResponse
from typing_extensions import TypedDict

import rules
from api.authentication.callers import AdminCaller
from api.http.responses import Id, Instant, JsonObject
from api.members.paths import MemberInPath
from api.state.dependencies import CallerRequest
from api.state.member_lookup import member_in_path
from database import ReadTransaction, StoreDatabase
from database.personal_data.exporting import ExportPage, export_page, find_person
from database.personal_data.inventory import KEPT_OF_A_MEMBER
from database.personal_data.kept_rows import KeptRows, Person


class MemberExport(TypedDict):
    """Everything stored about a member: one list of rows for each table."""

    customerId: Id
    storeCode: str
    exportedAt: Instant
    member: list[JsonObject]
    merges: list[JsonObject]
    sessions: list[JsonObject]
    profileFields: list[JsonObject]
    collisions: list[JsonObject]
    formerIdentities: list[JsonObject]
    referrals: list[JsonObject]
    codes: list[JsonObject]
    activeDays: list[JsonObject]
    badges: list[JsonObject]
    tiers: list[JsonObject]
    tiersByHand: list[JsonObject]
    countedSales: list[JsonObject]
    corrections: list[JsonObject]
    events: list[JsonObject]
    reversals: list[JsonObject]
    reversibleEvents: list[JsonObject]
    steps: list[JsonObject]
    decisionFacts: list[JsonObject]
    contributions: list[JsonObject]
    dailySums: list[JsonObject]
    achievementStages: list[JsonObject]
    achievements: list[JsonObject]
    limits: list[JsonObject]
    accounts: list[JsonObject]
    transfers: list[JsonObject]
    lots: list[JsonObject]
    allocations: list[JsonObject]
    rewards: list[JsonObject]
    rewardStatuses: list[JsonObject]
    couponCodes: list[JsonObject]
    campaignCodes: list[JsonObject]
    transactions: list[JsonObject]
    transactionTerms: list[JsonObject]
    importedLines: list[JsonObject]
    dueItems: list[JsonObject]
    attempts: list[JsonObject]
    deliveries: list[JsonObject]
    messages: list[JsonObject]
    erasure: list[JsonObject]
    auditLog: list[JsonObject]
    answers: list[JsonObject]


router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])


@router.get("/{member}/export", summary="Export all data of a member", response_model=MemberExport)
async def export_member(member: MemberInPath, store_request: CallerRequest) -> StreamingResponse:
    """Return every row of the database about a member, by sections: a list of objects each.

    The names are those of the database, amounts are in units of their wallets, and times are in UTC. A member's own
    token only exports that member, without the names and addresses of administrators.
    """
    database = store_request.database
    found = await database.read(lambda tx: member_in_path(tx, store_request, member))
    person = await database.read(lambda tx: find_person(tx.connection, tx.store, found.id))
    assert person is not None, "members are never removed"
    with_staff = isinstance(store_request.caller, AdminCaller)
    return StreamingResponse(_document(database, person, with_staff=with_staff), media_type="application/json")


async def _document(database: StoreDatabase, person: Person, *, with_staff: bool) -> AsyncIterator[bytes]:
    head = {
        "customerId": person.id,
        "storeCode": person.store,
        "exportedAt": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    yield rules.exact.dumps(head)[:-1].encode()
    for rows in KEPT_OF_A_MEMBER:
        yield f',"{rows.section}":['.encode()
        async for text in _section(database, rows, person, with_staff=with_staff):
            yield text
        yield b"]"
    yield b"}"


async def _section(
    database: StoreDatabase, rows: KeptRows, person: Person, *, with_staff: bool
) -> AsyncIterator[bytes]:
    """Yield the rows of one table, separated by commas; each page is read in a transaction of its own."""
    after: Sequence[Any] | None = None
    while True:

        def read(tx: ReadTransaction, after: Sequence[Any] | None = after) -> ExportPage:
            return export_page(tx.connection, rows, person, after, with_staff=with_staff)

        page = await database.read(read)
        if page.items:
            separator = "" if after is None else ","
            yield (separator + ",".join(map(rules.exact.dumps, page.items))).encode()
        if page.last is None:
            return
        after = page.last
