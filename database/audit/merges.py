"""Checks that everything of merged members belongs to the survivor."""

from sqlalchemy import and_, case, func, literal, select

from database.audit.checks import STORE, Check, Comparison, exists, same
from database.planner import unindexed
from database.tables import BALANCE, account, event, issued_reward, lot, member, transfer

_survivor = member.alias("survivor")
_into = transfer.alias("into")
_own = {
    table.name: select(func.count()).where(table.c.member == member.c.id).scalar_subquery()
    for table in (lot, transfer, event, issued_reward)
}

MERGE_CHECKS = (
    Check(
        "merged-member",
        "a merged member leads to one who was not merged, and owns nothing",
        "set `merged_into` to the member who has it all by now, and `member` of these rows likewise",
        member.outerjoin(_survivor, and_(_survivor.c.id == member.c.merged_into, _survivor.c.store == member.c.store)),
        and_(unindexed(member.c.store) == STORE, member.c.merged_into.is_not(None)),
        {"member": member.c.id},
        (
            exists("the member into whom it was merged", _survivor.c.id),
            same(
                "the survivor",
                literal("not merged"),
                case((_survivor.c.merged_into.is_(None), "not merged"), else_="merged"),
            ),
            *(Comparison(f"number of its rows in {name}", literal(0), count, "number") for name, count in _own.items()),
        ),
    ),
    Check(
        "merged-account",
        "nothing is left in the account of a merged member",
        "a transfer was posted on it after the merge: move what is left by hand, and report it",
        account.join(member, member.c.id == account.c.member),
        and_(unindexed(account.c.store) == STORE, member.c.merged_into.is_not(None)),
        {"member": account.c.member, "wallet": account.c.wallet, "account": account.c.id},
        tuple(Comparison(part, literal(0), account.c[part]) for part in BALANCE),
    ),
    Check(
        "merge-balance",
        "what a merge takes out of one account it puts into another, part by part",
        "one side of the merge was changed by hand: restore it from a backup",
        transfer.outerjoin(_into, and_(_into.c.related == transfer.c.id, _into.c.kind == "merge_in")),
        and_(unindexed(transfer.c.store) == STORE, transfer.c.kind == "merge_out"),
        {"member": transfer.c.member, "wallet": transfer.c.wallet, "transfer": transfer.c.id},
        tuple(Comparison(part, -transfer.c[part], func.coalesce(_into.c[part], 0)) for part in BALANCE),
    ),
)
"""The checks of merges."""
