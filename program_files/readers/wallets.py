"""The wallets of program.yaml."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from loyalty.calendar import Duration
from loyalty.program.expiry import Never
from loyalty.program.wallets import GRACE, Dating, TransferLimit, Wallet
from program_files.grammar.common import PERIOD
from program_files.grammar.programs import DATED, DEBT, NO_DEBT, TRANSFER_LIMIT, TRANSFERS, WALLET
from program_files.readers.expiry import read_expiry
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import choice_of, is_name, note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

ONE_WALLET: Final = {"points": Wallet("points", "points", True, 0, Duration(), Never())}
"""The wallets of a program without declared wallets."""


def read_wallets(fields: MapReader) -> Mapping[str, Wallet]:
    """Return the wallets by their codes, exactly one of them the default."""
    node = fields.get("wallets")
    dated = fields.choice("dated", DATED)
    if node is None:
        return {"points": Wallet("points", "points", True, 0, Duration(), Never(), dated=dated)}
    if not isinstance(node.value, dict) or not node.value:
        note_wrong_type(node, fields.problems, "wallets", "a map of at least one wallet")
        return ONE_WALLET
    alone = len(node.value) == 1
    wallets = {code: _wallet(code, node, fields.problems, alone=alone, dated=dated) for code in node.value}
    defaults = [code for code, wallet in wallets.items() if wallet.default]
    if len(defaults) > 1:
        message = f"{defaults[0]} is the default wallet already: there is one"
        fields.problems.add(node.keys[defaults[1]], "default-wallet", message)
    if not defaults:
        fields.problems.add(node.place, "default-wallet", "one wallet must have default: true")
        return {code: Wallet(code, code, True, 0, Duration(), Never()) for code in wallets}
    return wallets


def _wallet(code: str, wallets: Node, problems: Problems, *, alone: bool, dated: Dating) -> Wallet:
    is_name(code, Node(wallets.keys[code], code), problems, "a wallet")
    fields = MapReader(wallets.entries[code], problems, WALLET, f"wallet {shown(code)}")
    expires, default, own_dated = fields.get("expires"), fields.flag("default"), fields.get("dated")
    grace = fields.duration("grace")
    return Wallet(
        code=code,
        title=fields.text("title", code),
        default=alone if default is None else default,
        decimals=fields.integer("decimals") or 0,
        pending=fields.duration("pending") or Duration(),
        expires=Never() if expires is None else read_expiry(expires, problems),
        cost=fields.amount("cost"),
        debt=_debt(fields),
        grace=GRACE if grace is None else grace,
        dated=dated if own_dated is None else choice_of(own_dated, problems, "dated", DATED),
        transfer_limits=_transfer_limits(fields),
    )


def _debt(fields: MapReader) -> Decimal | None:
    """Return the most that a member may owe; None: unlimited."""
    node = fields.get("debt")
    if node is None or node.value is True:
        return None
    if node.value is False or node.value == NO_DEBT.word:
        return Decimal(0)
    if isinstance(node.value, dict):
        bound = MapReader(node, fields.problems, DEBT)
        return Decimal(0) if bound.need("up_to") is None else bound.amount("up_to")
    note_wrong_type(node, fields.problems, "debt", "true, none or {up_to: 100}")
    return None


def _transfer_limits(fields: MapReader) -> tuple[TransferLimit, ...]:
    node = fields.get("transfers")
    if node is None:
        return ()
    parts = MapReader(node, fields.problems, TRANSFERS)
    limits = parts.need("limits")
    if limits is not None and limits.value == []:
        fields.problems.add(limits.place, "out-of-range", "limits must have at least one limit")
    return tuple(_transfer_limit(item, fields.problems) for item in parts.items("limits"))


def _transfer_limit(node: Node, problems: Problems) -> TransferLimit:
    fields = MapReader(node, problems, TRANSFER_LIMIT)
    if fields.get("times") is None and fields.get("points") is None and node.entries:
        problems.add(node.place, "missing-key", "a limit needs times or points")
    return TransferLimit(fields.choice("every", PERIOD), fields.integer("times"), fields.amount("points"))
