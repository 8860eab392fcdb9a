"""What the database must hold once every accepted event is applied, whatever was killed meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, ColumnElement, Connection, Engine, func, select

from benchmarks.sale_audit import Sale, faults_of_sales, paid_by_sales
from database.audit import audit, audited_stores
from database.tables import badge, event, issued_reward, member, progress, transfer
from loyalty.program.wallets import ONE
from program_files import read_program

EVENTS_A_PRIZE = 3
PRIZE = 1000
COFFEE = 700
PROGRAM = {
    "program.yaml": "store: DEFAULT\ntitle: A shop\ntimezone: UTC\nwallets:\n  points: {default: true}\n",
    "events/purchase.yaml": (
        "event: purchase\nbody: {type: object, required: [total], properties: {total: {type: integer, minimum: 1}}}\n"
    ),
    "reactors/points.yaml": (
        "reactor: points\non: purchase\nthen: [{award_points: {points: {var: event.body.total}}}]\n"
    ),
    "achievements/thrice.yaml": (
        f"achievement: thrice\non: purchase\ngoal: {EVENTS_A_PRIZE}\nrepeat: unlimited\n"
        f"then: [{{award_points: {{points: {PRIZE}}}}}]\n"
    ),
    "reactors/trail.yaml": (
        "reactor: trail\non: purchase\nthen:\n"
        "  - set_attribute:\n      name: trail\n"
        "      value: {merge: [{var: [member.attributes.trail, []]}, {var: event.body.total}]}\n"
    ),
    "reactors/sales.yaml": (
        "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
    ),
    "rewards/mug.yaml": "reward: mug\nprice: 20\n",
    "rewards/voucher.yaml": "reward: voucher\nprice: 30\ncoupon: {codes: uploaded, value: 5, type: money}\n",
    "events/coffee.yaml": "event: coffee\n",
    "reactors/coffee.yaml": (
        f"reactor: coffee\non: coffee\nthen: [{{deduct_points: {{points: {COFFEE}}}}}, {{grant_badge: coffee}}]\n"
    ),
}
"""Every purchase pays its total, every third one of a member a prize on top; a coffee is for those who can pay it.

Every sale pays its value, and loses what comes back of it.
`trail` copies an attribute and adds to it: it has every purchase, in the order in which they were decided.
"""


@dataclass(frozen=True)
class Purchase:
    """An event that was accepted."""

    id: str
    external_id: str
    email: str
    total: int
    sent_at: float = 0.0
    """When it was sent first, in seconds of the clock of `answered_at`; 0: unknown."""
    answered_at: float = 0.0


@dataclass(frozen=True)
class BoughtReward:
    """A reward that was bought for a member."""

    id: str
    reward: str
    email: str


@dataclass(frozen=True)
class Moved:
    """Points that were moved by a request, or a transfer that was cancelled by one (`kind` is `cancel`)."""

    transfer: str
    kind: str
    points: int


def unapplied(engine: Engine) -> int:
    """How many events are not applied yet."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).where(event.c.status != "applied")).scalar_one()


def faults(
    engine: Engine,
    accepted: Sequence[Purchase],
    moved: Sequence[Moved] = (),
    bought: Sequence[BoughtReward] = (),
    cancelled: Collection[str] = (),
    sales: Sequence[Sale] = (),
) -> list[str]:
    """Everything that is not as the accepted events make it; one line each."""
    with engine.connect() as connection:
        return [
            *_of_events(connection, accepted),
            *_of_order(connection, accepted),
            *_of_points(connection, accepted, sales),
            *faults_of_sales(connection, sales),
            *_of_moves(connection, moved),
            *_of_rewards(connection, bought, cancelled),
            *_of_coffees(connection),
            *_of_ledger(connection),
        ]


def _of_events(connection: Connection, accepted: Sequence[Purchase]) -> Iterator[str]:
    stored = {row.id: row for row in connection.execute(select(event).where(event.c.type == "purchase"))}
    for purchase in accepted:
        row = stored.pop(purchase.id, None)
        if row is None:
            yield f"{purchase.external_id} was accepted as {purchase.id}, and is not there"
        elif row.external_id != purchase.external_id or row.status != "applied":
            yield f"{purchase.external_id} is stored as {row.external_id}, {row.status}: {row.error}"
    for row in stored.values():
        yield f"{row.external_id} was never accepted, and is there as {row.id}"


def _of_order(connection: Connection, accepted: Sequence[Purchase]) -> Iterator[str]:
    """Each member's purchases were decided once each; one that was answered before another was sent, before it."""
    attributes = select(member.c.email, member.c.attributes)
    trails = {row.email: row.attributes.get("trail", []) for row in connection.execute(attributes)}
    by_total = {purchase.total: purchase for purchase in accepted}
    for email in {purchase.email for purchase in accepted if purchase.sent_at}:
        decided = [int(total) for total in trails.get(email, [])]
        if sorted(decided) != sorted(each.total for each in accepted if each.email == email):
            yield f"{email} has decided {decided}, which is not what was accepted"
            continue
        latest = 0.0
        for purchase in (by_total[total] for total in decided):
            if purchase.answered_at < latest:
                yield f"{purchase.external_id} of {email} was decided after one that was sent after its answer"
            latest = max(latest, purchase.sent_at)


def _of_moves(connection: Connection, moved: Sequence[Moved]) -> Iterator[str]:
    """What a request moved is there once, and nothing else was moved by a request."""
    paid = select(issued_reward.c.transfer).where(issued_reward.c.transfer.is_not(None))
    by_hand = (transfer.c.source == "admin", transfer.c.id.not_in(paid))
    posted = {row.id: row for row in connection.execute(select(transfer).where(*by_hand))}
    kinds = Counter(row.kind for row in posted.values())
    for each in moved:
        row = posted.get(each.transfer)
        if each.kind != "cancel" and (row is None or (row.kind, row.points) != (each.kind, each.points * ONE)):
            yield f"{each.kind} of {each.points} was answered as {each.transfer}, and is there as {row}"
    for kind in ("add", "spend", "hold", "send", "capture"):
        answered = sum(each.kind == kind for each in moved)
        if answered != kinds[kind]:
            yield f"{answered} requests of the kind {kind} were answered, and {kinds[kind]} are there"
    undone = Counter(row.related for row in posted.values() if row.kind in ("cancel", "release"))
    for each in moved:
        if each.kind == "cancel" and undone[each.transfer] != 1:
            yield f"{each.transfer} was cancelled, and was undone {undone[each.transfer]} times"


def _of_rewards(connection: Connection, bought: Sequence[BoughtReward], cancelled: Collection[str]) -> Iterator[str]:
    """Each reward that was bought is there once and paid, each that was cancelled is so, and no code is there twice."""
    whose = select(issued_reward, member.c.email).join(member, member.c.id == issued_reward.c.member)
    stored = {row.id: row for row in connection.execute(whose)}
    for each in bought:
        row = stored.pop(each.id, None)
        status = "canceled" if each.id in cancelled else "issued"
        if row is None or (row.reward, row.email, row.status) != (each.reward, each.email, status):
            yield f"{each.reward} for {each.email} was answered as {each.id}, {status}, and is there as {row}"
    for row in stored.values():
        yield f"{row.reward} for {row.email} was never answered, and is there as {row.id}"
    codes = connection.execute(select(issued_reward.c.coupon).where(issued_reward.c.coupon.is_not(None))).scalars()
    for code, times in Counter(codes).items():
        if times > 1:
            yield f"the code {code} was issued {times} times"


def _of_coffees(connection: Connection) -> Iterator[str]:
    """Each coffee was paid, and each payment got one."""
    paid = _sums(connection, transfer.c.points, transfer.c.source == "reactor/coffee", transfer.c.kind == "deduct")
    got = _sums(connection, badge.c.times, badge.c.badge == "coffee")
    for email in paid.keys() | got.keys():
        if paid.get(email, 0) != got.get(email, 0) * COFFEE * ONE:
            yield f"{email} has {got.get(email, 0)} coffees for {paid.get(email, 0) // ONE} points"


def _of_points(connection: Connection, accepted: Sequence[Purchase], sales: Sequence[Sale]) -> Iterator[str]:
    """Each purchase paid its total, once; each member has as many prizes as thirds."""
    paid: dict[str, list[int]] = defaultdict(list)
    of_purchases = select(transfer).where(transfer.c.source == "reactor/points", transfer.c.kind == "award")
    for row in connection.execute(of_purchases):
        paid[row.event].append(row.points // ONE)
    for purchase in accepted:
        if paid.get(purchase.id) != [purchase.total]:
            yield f"{purchase.external_id} is worth {purchase.total}, and paid {paid.get(purchase.id, [])}"
    counts = Counter(purchase.email for purchase in accepted)
    due = {email: count // EVENTS_A_PRIZE for email, count in counts.items()}
    prizes = _sums(connection, transfer.c.points, transfer.c.source == "achievement/thrice", transfer.c.kind == "award")
    completed = _sums(connection, progress.c.completed)
    for email, times in due.items():
        if completed.get(email, 0) != times or prizes.get(email, 0) != times * PRIZE * ONE:
            got = f"{completed.get(email, 0)} times for {prizes.get(email, 0) // ONE} points"
            yield f"{email} completed the achievement {got}, not {times} times"
    should = sum(purchase.total for purchase in accepted) + PRIZE * sum(due.values())
    should += paid_by_sales(connection, sales)
    awarded = select(func.coalesce(func.sum(transfer.c.points), 0)).where(transfer.c.kind == "award")
    ledger = connection.execute(awarded).scalar_one() // ONE
    if ledger != should:
        yield f"the ledger's sum is {ledger}, not {should}"


def _of_ledger(connection: Connection) -> Iterator[str]:
    """Everything that `laurel audit` finds."""
    program = read_program({name: text.encode() for name, text in PROGRAM.items()})
    for store in audited_stores(connection):
        for found in audit(connection, store, now=datetime.now(UTC), program=program).findings:
            yield f"{found.check}: {found}"


def _sums(connection: Connection, column: Column[int], *conditions: ColumnElement[bool]) -> Mapping[str, int]:
    """The sum of a column of a table of members' things, by the member's email."""
    total = func.sum(column)
    whose = (member.c.id == column.table.c.member, *conditions)
    rows = connection.execute(select(member.c.email, total).where(*whose).group_by(member.c.email))
    return {email: int(number) for email, number in rows}
