"""Which rows of each table are about a member, and which of their columns are personal.

Add a new table here, to `KEPT_OF_A_MEMBER` or to `ABOUT_NO_MEMBER`: a test fails until it is. Exports and anonymising
follow these lists.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    true,
    union_all,
)

from database.ledger_history import is_lot_of
from database.personal_data.kept_rows import KEYS, KeptRows, Person
from database.tables import (
    BALANCE,
    account,
    active_day,
    allocation,
    attempt,
    audit_log,
    badge,
    campaign_code,
    contribution,
    correction,
    counted_sale,
    coupon_code,
    customer_transaction,
    deadline,
    decision_facts,
    delivery,
    erasure,
    event,
    former_identity,
    funnel_stage,
    import_line,
    issued_reward,
    kept_answer,
    lot,
    mark,
    member,
    member_code,
    member_collision,
    member_field,
    member_merge,
    member_tier,
    message,
    progress,
    referral,
    reversal,
    reversible_event,
    reward_status,
    session,
    step,
    tier_hold,
    transaction_term,
    transfer,
    usage,
)


def _of_member(table: Table) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: table.c.member.in_(person.ids)


def _events(person: Person) -> CompoundSelect[Any]:
    """Select the events of a member, and those that reported their transactions, which may have no member."""
    own = select(event.c.id).where(event.c.store == person.store, event.c.member.in_(person.ids))
    return union_all(own, select(customer_transaction.c.reported_by).where(_transactions(person)))


def _transactions(person: Person) -> ColumnElement[bool]:
    """Select the transactions of a member, and unassigned ones that name them, by present or former identifiers."""
    table = customer_transaction
    naming = [table.c[column] == key for column, key in person.known_by]
    of_nobody = and_(table.c.member.is_(None), or_(table.c.customer_id.in_(person.ids), *naming))
    return and_(table.c.store == person.store, or_(table.c.member.in_(person.ids), of_nobody))


def _transfers(person: Person) -> Select[Any]:
    return select(transfer.c.id).where(transfer.c.store == person.store, transfer.c.member.in_(person.ids))


def _issued(person: Person) -> Select[Any]:
    of_member = (issued_reward.c.store == person.store, issued_reward.c.member.in_(person.ids))
    return select(issued_reward.c.id).where(*of_member)


def _deliveries(person: Person, column: str) -> Select[Any]:
    return select(delivery.c[column]).where(delivery.c.store == person.store, delivery.c.event.in_(_events(person)))


def _answered(person: Person) -> ColumnElement[bool]:
    """Select the responses given to a member, and those given to others that name the member."""
    given = kept_answer.c.client.in_([f"member/{each}" for each in person.ids])
    content = func.coalesce(kept_answer.c.content, "", type_=Text)
    return or_(given, *(content.contains(each) for each in person.ids))


def _daily_sums() -> ColumnElement[bool]:
    """Select the contributions whose values a rule may have taken from the member's events."""
    return contribution.c.kind.in_(("counted", "used", "beyond"))


_IDS = frozenset({"id", "store", "member", "event", "wallet", "reward", "status"})

_OF_CORRECTORS = frozenset(
    {"asked_by", "asked_name", "decided_by", "decided_name", "undone_by", "undone_name", "carried_by"}
)
_OF_CALLERS = frozenset({"user_id", "username", "user_type", "api_key", "address"})

ERASED_LAST: Final = "member"
"""The section that is erased last: until then it tells which rows name the member."""

KEPT_OF_A_MEMBER: Final[Sequence[KeptRows]] = (
    KeptRows(
        "member",
        member,
        lambda person: member.c.id.in_(person.ids),
        without={
            "password_hash": "a secret of the member, of no use to anybody",
            "email_key": "`email` in the form in which it is compared",
            "phone_key": "`phone` in the form in which it is compared",
        },
        points=("tier_base", "reviewed_base"),
        personal={
            **dict.fromkeys(("email", "email_key", "phone", "phone_key", "card", "password_hash")),
            "profile": {},
            "attributes": {},
            "frozen_reason": None,
        },
        impersonal=_IDS | {"tier", "learned", "channel", "merged_into"},
    ),
    KeptRows(
        "merges",
        member_merge,
        lambda person: or_(member_merge.c.survivor.in_(person.ids), member_merge.c.merged.in_(person.ids)),
        of_staff=frozenset({"requested_by"}),
        personal={"because": None, "comment": None},
        impersonal=_IDS | {"survivor", "merged", "merged_event", "requested_by", "refusal", "result"},
    ),
    KeptRows("sessions", session, lambda person: session.c.subject.in_(person.ids), deleted=true),
    KeptRows("profileFields", member_field, _of_member(member_field), deleted=true),
    KeptRows(
        "codes",
        member_code,
        _of_member(member_code),
        without={"hash": "a secret, by which a code is recognized"},
        deleted=true,
    ),
    KeptRows(
        "collisions",
        member_collision,
        lambda person: or_(member_collision.c.member.in_(person.ids), member_collision.c.other.in_(person.ids)),
        impersonal=_IDS | {"part", "other"},
        deleted=true,
    ),
    KeptRows(
        "referrals",
        referral,
        lambda person: or_(referral.c.referrer.in_(person.ids), referral.c.referee.in_(person.ids)),
        impersonal=_IDS | {"referrer", "referee"},
        deleted=true,
    ),
    KeptRows("activeDays", active_day, _of_member(active_day), impersonal=_IDS | {"name"}),
    KeptRows("badges", badge, _of_member(badge), impersonal=_IDS | {"badge"}),
    KeptRows(
        "tiersByHand",
        tier_hold,
        _of_member(tier_hold),
        impersonal=_IDS | {"tier_set", "tier", "direction", "before"},
    ),
    KeptRows(
        "tiers",
        member_tier,
        _of_member(member_tier),
        points=("tier_base", "reviewed_base"),
        impersonal=_IDS | {"tier_set", "tier", "subject"},
    ),
    KeptRows(
        "countedSales",
        counted_sale,
        _of_member(counted_sale),
        points=("sold", "amount", "new_sold", "new_amount"),
        impersonal=_IDS | {"tier_set"},
    ),
    KeptRows(
        "events",
        event,
        lambda person: event.c.id.in_(_events(person)),
        personal={"body": {}, **dict.fromkeys(("customer_data", "decision", "fingerprint", "error"))},
        impersonal=_IDS | {"type", "external_id", "parent", "owner"},
    ),
    KeptRows(
        "reversals",
        reversal,
        _of_member(reversal),
        personal={"key": ""},
        impersonal=_IDS | {"reversed_type", "reversed", "share"},
    ),
    KeptRows("reversibleEvents", reversible_event, _of_member(reversible_event), deleted=true),
    KeptRows("steps", step, lambda person: step.c.event.in_(_events(person)), deleted=true),
    KeptRows("decisionFacts", decision_facts, lambda person: decision_facts.c.event.in_(_events(person)), deleted=true),
    KeptRows(
        "contributions",
        contribution,
        lambda person: contribution.c.event.in_(_events(person)),
        impersonal=_IDS | {"kind", "name", "value"},
        deleted=_daily_sums,
    ),
    KeptRows(
        "corrections",
        correction,
        _of_member(correction),
        of_staff=_OF_CORRECTORS,
        points=("amount",),
        personal={"comment": "", "decided_comment": None, "undone_comment": None},
        impersonal=_IDS | _OF_CORRECTORS | {"kind", "unit", "change", "reason", "cause", "outcome"},
    ),
    KeptRows("dailySums", mark, _of_member(mark), deleted=true),
    KeptRows("achievementStages", funnel_stage, _of_member(funnel_stage), impersonal=_IDS | {"achievement"}),
    KeptRows("achievements", progress, _of_member(progress), impersonal=_IDS | {"achievement"}),
    KeptRows("limits", usage, _of_member(usage), points=("points",), impersonal=_IDS | {"reactor"}),
    KeptRows("accounts", account, _of_member(account), points=BALANCE, impersonal=_IDS),
    KeptRows(
        "transfers",
        transfer,
        _of_member(transfer),
        points=("points", "balance", *BALANCE),
        personal={"comment": ""},
        impersonal=_IDS | {"account", "kind", "source", "related", "external_id", "lot"},
    ),
    KeptRows(
        "lots",
        lot,
        lambda person: is_lot_of(person.ids),
        points=("points", "remaining", "held"),
        impersonal=_IDS | {"transfer"},
    ),
    KeptRows(
        "allocations",
        allocation,
        lambda person: allocation.c.transfer.in_(_transfers(person)),
        points=("points", "held"),
        impersonal=_IDS | {"transfer", "lot"},
    ),
    KeptRows(
        "rewards",
        issued_reward,
        _of_member(issued_reward),
        points=("cost", "value"),
        impersonal=_IDS | {"coupon", "origin", "source", "transfer", "token", "progress", "counted_per"},
    ),
    KeptRows(
        "rewardStatuses",
        reward_status,
        lambda person: reward_status.c.issued.in_(_issued(person)),
        personal={"comment": ""},
        impersonal=_IDS | {"issued", "source"},
    ),
    KeptRows(
        "couponCodes",
        coupon_code,
        lambda person: coupon_code.c.issued.in_(_issued(person)),
        impersonal=_IDS | {"code", "issued"},
    ),
    KeptRows(
        "campaignCodes",
        campaign_code,
        _of_member(campaign_code),
        of_staff=frozenset({"created_by"}),
        impersonal=_IDS | {"reactor", "code", "created_by"},
    ),
    KeptRows(
        "transactions",
        customer_transaction,
        _transactions,
        points=("gross",),
        without={"fingerprint": "a hash of the content, by which its repetitions are known"},
        personal={
            **dict.fromkeys(("customer_id", *KEYS, "name", "nip")),
            "customer_data": {},
            "items": [],
            "labels": {},
            "fingerprint": "",
        },
        impersonal=_IDS
        | {"document_number", "document_type", "linked_number", "purchase_place", "channel"}
        | {"reported_by", "return_state"},
    ),
    KeptRows(
        "transactionTerms",
        transaction_term,
        lambda person: transaction_term.c.transaction.in_(
            select(customer_transaction.c.id).where(_transactions(person))
        ),
        deleted=true,
    ),
    KeptRows("formerIdentities", former_identity, _of_member(former_identity), deleted=true),
    KeptRows(
        "importedLines",
        import_line,
        lambda person: or_(
            import_line.c.entity.in_(person.ids),
            import_line.c.entity.in_(_events(person)),
            import_line.c.entity.in_(_transfers(person)),
        ),
        personal={"key": None, "message": None},
        impersonal=_IDS | {"file", "entity", "code", "path"},
    ),
    KeptRows(
        "dueItems", deadline, _of_member(deadline), personal={"error": None}, impersonal=_IDS | {"subject", "kind"}
    ),
    KeptRows("attempts", attempt, lambda person: attempt.c.delivery.in_(_deliveries(person, "id")), deleted=true),
    KeptRows(
        "deliveries",
        delivery,
        lambda person: delivery.c.event.in_(_events(person)),
        without={
            "url": "the address of a subscription, which may hold a secret of the receiver",
            "headers": "secrets of the receiver",
        },
        deleted=true,
    ),
    KeptRows("messages", message, lambda person: message.c.id.in_(_deliveries(person, "message")), deleted=true),
    KeptRows("erasure", erasure, _of_member(erasure), impersonal=_IDS),
    KeptRows(
        "auditLog",
        audit_log,
        lambda person: audit_log.c.entity_id.in_(person.ids),
        of_staff=_OF_CALLERS,
        personal={"details": None},
        impersonal=_IDS | _OF_CALLERS | {"event_type", "entity_type", "entity_id", "outcome"},
    ),
    KeptRows(
        "answers",
        kept_answer,
        _answered,
        without={"fingerprint": "a hash of the request, by which its repetitions are known"},
        of_staff=frozenset({"client"}),
        deleted=true,
    ),
)
"""Everything stored about a member, in the order of an export. Messages are found by their deliveries."""

ABOUT_NO_MEMBER: Final[Mapping[str, str]] = {
    "admin": "administrators are no members",
    "admin_setting": "settings of administrators",
    "password_reset": "hashes of codes of administrators",
    "audit_archive": "entries of the audit log that administrators moved away; it is theirs to delete",
    "api_key": "keys belong to administrators",
    "role": "roles belong to administrators",
    "console_session": "a hash and a date, of a session of an administrator",
    "refresh_token": "hashes and dates alone, of a session that is exported and removed with its tokens",
    "channel": "where members come from, in the words of administrators",
    "store": "the store itself",
    "revision": "programs, as their designers wrote them",
    "draft": "which revision a designer changes",
    "draft_backtest": "how much would change under a draft; its members by their ids alone",
    "draft_file": "files of programs, as their designers change them",
    "setting": "settings of the installation",
    "import_file": "what a file is called, and how far it is read",
    "import_chunk": "files as they were sent, which are removed 7 days after they are read",
    "export_file": "what was exported by which filters, which is removed after 7 days",
    "export_chunk": "files as they were written, which are removed after 7 days",
    "resend": "which deliveries were sent again, by name, subscription and time",
    "notice_move": "how far notices are moved to other days",
    "uncounted": "ids of transfers, events, deliveries and the like that are counted within seconds",
    "daily_figure": "sums of a day over all members",
    "earned_figure": "sums of a day over all members",
    "hourly_figure": "attempts of webhooks of an hour, by subscription",
    "activity_gap": "how many members were active on a day and on one before it",
    "figure_zone": "the time zone of the days of figures",
    "funnel": "which members are counted for the funnel of an achievement",
    "funnel_count": "how many members came how far with an achievement",
    "reward_supply": "the stock of a reward",
    "shared_code": "codes that many share, and how many have one",
    "subscription": "addresses and secrets of receivers of webhooks",
}
"""The tables without data about a single member, each with the reason."""
