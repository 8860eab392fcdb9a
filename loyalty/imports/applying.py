"""Apply a page of lines in one transaction: each by the operation that an API request of its kind runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.engine.batch_acceptance import Reported, accept_batch
from loyalty.events.operations import OperationContext
from loyalty.imports.columns import LineFault
from loyalty.imports.lines import (
    AskedLine,
    CouponLine,
    EventLine,
    MatchLine,
    MemberLine,
    PointsLine,
    ReadLine,
    TransactionLine,
)
from loyalty.masking import masked_emails
from loyalty.members.registration import find_member, register_member
from loyalty.points.dates import lot_dates
from loyalty.points.operations import AddPoints, SpendPoints, add_points, spend_points
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import Refusal
from loyalty.rewards.stocking import upload_codes
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.event_batches import BatchRepositories
from loyalty.store.imports import ImportLine, ImportType
from loyalty.transactions.operations import assign_transaction, register_transaction

SOURCE = "admin"
"""The requester that transfers of an import name: an administrator."""


@dataclass(slots=True)
class AppliedPage:
    """The results of a page of lines, and the events that one workflow is to run."""

    lines: list[ImportLine] = field(default_factory=list)
    to_start: list[EventRef] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageContext:
    """The store's repositories in one transaction, the program in force, and the workflow that runs the events."""

    tx: BatchRepositories
    program: Program
    revision: int
    owner: str
    now: datetime


def apply_lines(context: PageContext, type_: ImportType, lines: Sequence[ReadLine]) -> AppliedPage:
    """Apply lines in their order; a faulty line does not stop the others. Raise ConcurrentInsert."""
    page = AppliedPage()
    asked = [line for line in lines if not isinstance(line.asked, LineFault)]
    results = dict(zip((line.line for line in asked), _results(context, type_, asked, page), strict=True))
    page.lines = [results.get(line.line) or _refused(line, line.asked) for line in lines]
    return page


def _results(
    context: PageContext, type_: ImportType, lines: Sequence[ReadLine], page: AppliedPage
) -> list[ImportLine | None]:
    if type_ == "customEvent":
        return _accept_events(context, lines, page)
    _lock(context, [line.asked for line in lines if not isinstance(line.asked, LineFault)])
    operation = OperationContext(context.tx, context.program, context.revision, context.now, SOURCE)
    results: list[ImportLine | None] = [_run(context, operation, type_, line) for line in lines]
    if operation.to_start:
        context.tx.event_batches.give([event.id for event in operation.to_start], context.owner)
    page.to_start += operation.to_start
    return results


def _accept_events(context: PageContext, lines: Sequence[ReadLine], page: AppliedPage) -> list[ImportLine | None]:
    exported = {each.exported_id for each in _events(lines) if each.exported_id is not None}
    stored = context.tx.event_batches.stored(exported) if exported else set()
    new = [each for each in lines if not (isinstance(each.asked, EventLine) and each.asked.exported_id in stored)]
    results = {line.line: result for line, result in zip(new, _accept_new(context, new, page), strict=True)}
    return [results.get(line.line) or _stored_event(line) for line in lines]


def _events(lines: Sequence[ReadLine]) -> list[EventLine]:
    return [line.asked for line in lines if isinstance(line.asked, EventLine)]


def _stored_event(line: ReadLine) -> ImportLine:
    """Return the result of a line that was exported from this store, whose event is not reported again."""
    return ImportLine(line.line, "repeated", line.asked.exported_id if isinstance(line.asked, EventLine) else None)


def _accept_new(context: PageContext, lines: Sequence[ReadLine], page: AppliedPage) -> list[ImportLine]:
    events = _events(lines)
    reported = [Reported(each.event, is_valid=each.fault is None) for each in events]
    accepted = accept_batch(
        context.tx, context.program, context.revision, reported, owner=context.owner, now=context.now
    )
    page.to_start += accepted.to_start
    new = {*(event.id for event in accepted.to_start), *accepted.outside}
    results: list[ImportLine] = []
    for line, each, result in zip(lines, events, accepted.results, strict=True):
        if isinstance(result, str):
            results.append(ImportLine(line.line, "done" if result in new else "repeated", result))
            new.discard(result)  # an earlier line has the same id
        else:
            results.append(_refused(line, result or each.fault))
    return results


def _lock(context: PageContext, asked: Sequence[AskedLine]) -> None:
    """Lock everything that the lines may need, in the common lock order: identities, members, document numbers."""
    tx, region = context.tx, context.program.region
    named = [each for each in asked if each.identity]
    identities = [each.identity.written(region) for each in named]
    registering = [each.identity.written(region) for each in named if isinstance(each, MemberLine | TransactionLine)]
    if registering:
        tx.event_batches.lock_identities(registering)
    members = {str(each.id) for each in tx.event_batches.identities_matching(identities)}
    documents = [each.document for each in asked if isinstance(each, TransactionLine)]
    sales = [tx.transactions.by_number(each.linked_number) for each in documents if each.linked_number is not None]
    members |= {sale.member for sale in sales if sale is not None and sale.member is not None}
    tx.event_batches.lock_members(members)
    numbers = {number for each in documents for number in (each.number, each.linked_number) if number is not None}
    numbers |= {each.document_number for each in asked if isinstance(each, MatchLine)}
    if numbers:
        tx.transactions.lock_numbers(numbers)


def _run(context: PageContext, operation: OperationContext, type_: ImportType, line: ReadLine) -> ImportLine:
    before = len(operation.to_start)
    try:
        with context.tx.savepoint():
            if isinstance(line.asked, CouponLine):
                return ImportLine(line.line, "done" if _add_code(operation, line.asked) else "repeated")
            entity = _entity(context, operation, type_, line.asked)
    except (Refusal, LineFault) as refusal:
        del operation.to_start[before:]
        return _refused(line, refusal)
    except ConcurrentInsert as conflict:
        if conflict.refusal is None:
            raise
        return _refused(line, conflict.refusal)
    return ImportLine(line.line, "done" if len(operation.to_start) > before else "repeated", entity)


def _entity(context: PageContext, operation: OperationContext, type_: ImportType, asked: AskedLine | LineFault) -> str:
    """Apply a line; return the id of what it created. Raise Refusal or LineFault."""
    match asked:
        case MemberLine(new=new):
            registered = register_member(context.tx, context.program, context.revision, new, now=context.now)
            operation.to_start.append(registered)
            return registered.member
        case PointsLine() if type_ == "unitTransferSpending":
            return spend_points(operation, _to_spend(context, asked))
        case PointsLine():
            return add_points(operation, _to_add(context, asked))
        case TransactionLine(document=document):
            return register_transaction(operation, document)
        case MatchLine(document_number=number):
            return assign_transaction(operation, number, _member_of(context, asked)).transaction
        case EventLine() | CouponLine() | LineFault():
            raise TypeError("events are accepted together, codes make nothing with an id, and a fault asks nothing")


def _to_spend(context: PageContext, asked: PointsLine) -> SpendPoints:
    return SpendPoints(
        _member_of(context, asked),
        asked.points,
        asked.wallet,
        comment=asked.comment,
        external_id=asked.external_id,
    )


def _to_add(context: PageContext, asked: PointsLine) -> AddPoints:
    pending_until, expires_at = lot_dates(
        context.program,
        asked.wallet,
        now=context.now,
        locked_days=asked.locked_days,
        expires_days=asked.expires_days,
    )
    return AddPoints(
        _member_of(context, asked),
        asked.points,
        asked.wallet,
        pending_until=pending_until,
        expires_at=expires_at,
        qualifies=asked.qualifies,
        comment=asked.comment,
        external_id=asked.external_id,
    )


def _add_code(operation: OperationContext, asked: CouponLine) -> bool:
    """Add a code to the list of a reward; return False if it exists. Raise a RewardRefusal."""
    known = operation.tx.rewards.code(asked.code)
    if known is not None and known.reward == asked.reward:
        return False
    upload_codes(operation, asked.reward, [asked.code])
    return True


def _member_of(context: PageContext, asked: PointsLine | MatchLine) -> str:
    member = find_member(context.tx, asked.identity.written(context.program.region))
    if member is None:
        raise LineFault("unknownMember", "", "no member is known by this: register them first")
    return member


def _refused(line: ReadLine, why: object) -> ImportLine:
    if isinstance(why, LineFault):
        return ImportLine(line.line, "refused", None, line.key, why.code, why.path, masked_emails(why.message))
    code = type(why).__name__
    return ImportLine(line.line, "refused", None, line.key, code[:1].lower() + code[1:], "", masked_emails(str(why)))
