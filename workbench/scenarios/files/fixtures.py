"""Read the members of a test."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from loyalty.decisions.decision import Claim
from loyalty.ids import named_id
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.wallets import Points
from loyalty.store.achievements import DailySum
from loyalty.store.members import Member, TierReview
from loyalty.store.points import Lot
from loyalty.tiers.standing import months_of_membership
from program_files.grammar.tests import HISTORY, MEMBER_MAP, UNKNOWN_MEMBER
from program_files.readers.attributes import check_value
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import is_name, items_of, note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from workbench.scenarios.files.histories import Histories
from workbench.scenarios.files.names import ProgramNames
from workbench.scenarios.model import Fixture

ONLY = "member"
"""The name of the member in a test with only one."""

UNKNOWN: Final = UNKNOWN_MEMBER.word
"""The value of `member` for an unregistered one."""

_PROFILE: Final = {"first_name": "firstName", "last_name": "lastName", "gender": "gender", "birth_date": "birthDate"}
_ADDRESS: Final = ("city", "country")


def read_members(fields: MapReader, names: ProgramNames, start: datetime) -> Mapping[str, Fixture]:
    """Return the members that `member` or `members` describes; without either, one who has nothing."""
    one, several = fields.get("member"), fields.get("members")
    if one is not None and several is not None:
        message = "a test has member or members: move member into members, under a name"
        fields.problems.add(fields.node.keys["member"], "clashing-keys", message)
    if several is None:
        node = one or Node(fields.node.place, {})
        return {ONLY: _Fixture(node, fields.problems, names, start).read(ONLY)}
    if not isinstance(several.value, dict) or not several.value:
        note_wrong_type(several, fields.problems, "members", "a map of at least one member")
        return {}
    for name in several.value:
        is_name(name, Node(several.keys[name], name), fields.problems, "a member")
    return {name: _Fixture(node, fields.problems, names, start).read(name) for name, node in several.value.items()}


def _held(lots: Sequence[Lot]) -> dict[str, Points]:
    """Return the remaining points of lots by wallet."""
    held: dict[str, Points] = {}
    for lot in lots:
        held[lot.wallet] = Points(held.get(lot.wallet, 0) + lot.remaining)
    return held


class _Fixture:
    """Reads one member: a map, or `unknown` for an unregistered one."""

    def __init__(self, node: Node, problems: Problems, names: ProgramNames, start: datetime) -> None:
        self._problems = problems
        self._names = names
        self._start = start
        self._histories = Histories(names, problems)
        if isinstance(node.value, str):
            self._is_unknown = True
            if node.value != UNKNOWN:
                problems.add_unknown(node.place, "unknown-value", "member", node.value, [UNKNOWN])
            node = Node(node.place, {})
        else:
            registered = node.entries.get("registered")
            self._is_unknown = registered is not None and registered.value is False
        self._fields = MapReader(node, problems, MEMBER_MAP)
        self._fields.flag("registered")

    def read(self, name: str) -> Fixture:
        """Return the member under this name."""
        if self._is_unknown:
            self._refuse_history()
        points, lots = self._amounts("points"), self._lots(name)
        earned = {**points, **_held(lots), **self._amounts("earned")}
        completed, marks = self._standings()
        member = Member(
            id=named_id(self._names.program.store, "test member", name),
            registered_at=self._registered_at(),
            email=self._text("email"),
            phone=self._text("phone"),
            card=self._text("card"),
            tier=None if self._is_unknown else self._tier(points or _held(lots), earned),
            profile=self._profile(),
            attributes=self._attributes(),
            badges=self._badges(),
            tier_base=self._earned_at("tier_base"),
            tier_until=self._tier_until(),
        )
        review = self._review()
        claims, tiers = self._claims(), self._tiers()
        return Fixture(member, not self._is_unknown, points, earned, lots, completed, marks, claims, review, tiers)

    def _refuse_history(self) -> None:
        for key in HISTORY:
            if self._fields.get(key.name) is not None:
                message = f"nobody has {key.name} before they are registered: remove it, or registered: false"
                self._problems.add(self._fields.node.keys[key.name], "clashing-keys", message)

    def _amounts(self, key: str) -> Mapping[str, Points]:
        node = self._fields.get(key)
        found = [] if node is None else self._names.amounts(node, self._problems, key)
        return {code: self._names.program.wallets[code].points(amount) for code, _, amount in found}

    def _lots(self, name: str) -> tuple[Lot, ...]:
        node = self._fields.get("lots")
        if node is not None and self._fields.get("points") is not None:
            message = "lots say what points there are: remove points, or lots"
            self._problems.add(self._fields.node.keys["points"], "clashing-keys", message)
        return () if node is None else self._histories.lots(node, name)

    def _standings(self) -> tuple[Mapping[str, int], Mapping[str, tuple[DailySum, ...]]]:
        node = self._fields.get("achievements")
        return ({}, {}) if node is None else self._histories.standings(node)

    def _claims(self) -> tuple[Claim, ...]:
        node = self._fields.get("used")
        return () if node is None else self._histories.claims(node)

    def _registered_at(self) -> datetime:
        node = self._fields.get("registered_at")
        instant = None if node is None else self._names.instant(node, self._problems, "registered_at")
        if node is not None and instant is not None and instant > self._start:
            self._problems.add(node.place, "out-of-range", "registered_at must not be after the test's at")
        return self._start if instant is None else instant

    def _tier(self, points: Mapping[str, Points], earned: Mapping[str, Points]) -> str | None:
        """Return the given tier, or the highest one that the points reach."""
        node, program = self._fields.get("tier"), self._names.program
        if node is not None:
            return self._names.read(node, self._problems, "tier")
        wallet = program.tier_wallet
        known = {"active_points": points, "earned_points": earned}.get(program.tier_by, {})
        standing = Decimal(wallet.amount(known.get(wallet.code, 0)))
        if program.tier_by == "membership_months":
            registered_at = self._registered_at()
            standing = Decimal(months_of_membership(registered_at, now=self._start, zone=program.zone))
        tier = program.tier_at(standing)
        return None if tier is None else tier.name

    def _tiers(self) -> Mapping[str, str]:
        """Return the given tiers of sets beside the default one."""
        node = self._fields.get("tiers")
        found: dict[str, str] = {}
        entries = () if node is None else self._names.entries(node, self._problems, "tiers", "tier set")
        for name, value in entries:
            tier = self._names.tier(value, self._problems, name)
            if name == DEFAULT_SET:
                message = "tier says the tier of the default set: write it there"
                self._problems.add(value.place, "clashing-keys", message)
            elif tier is not None:
                found[name] = tier
        return found

    def _earned_at(self, key: str) -> Points:
        """Return the points earned in the default wallet at a review of the tier."""
        node, wallet = self._fields.get(key), self._names.program.default_wallet
        if node is None:
            return Points(0)
        return wallet.points(self._names.amount(node, self._problems, key, wallet.code))

    def _review(self) -> TierReview | None:
        """Return the last review of the tier; the other keys about it need its date."""
        at, since = self._past("reviewed_at"), self._past("reviewed_since")
        base = self._earned_at("reviewed_base")
        for key in ("reviewed_since", "reviewed_base"):
            if at is None and (node := self._fields.get(key)) is not None:
                self._problems.add(node.place, "missing-key", f"{key} needs reviewed_at: when the last review was due")
        return None if at is None else TierReview(at, since, base)

    def _past(self, key: str) -> datetime | None:
        node = self._fields.get(key)
        instant = None if node is None else self._names.instant(node, self._problems, key)
        if node is not None and instant is not None and instant > self._start:
            self._problems.add(node.place, "out-of-range", f"{key} must not be after the test's at")
        return instant

    def _tier_until(self) -> datetime | None:
        node = self._fields.get("tier_until")
        instant = None if node is None else self._names.instant(node, self._problems, "tier_until")
        if node is not None and instant is not None and instant <= self._start:
            self._problems.add(node.place, "out-of-range", "tier_until must be after the test's at")
        return instant

    def _text(self, key: str) -> str | None:
        return self._fields.text(key, "") or None

    def _profile(self) -> Mapping[str, Any]:
        """Return the profile under the names in the store."""
        known = {kept: self._text(key) for key, kept in _PROFILE.items()}
        address = {key: self._text(key) for key in _ADDRESS}
        given = {key: value for key, value in known.items() if value is not None}
        lives = {key: value for key, value in address.items() if value is not None}
        return given | ({"address": lives} if lives else {})

    def _attributes(self) -> Mapping[str, Any]:
        node = self._fields.get("attributes")
        if node is not None and not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, "attributes", "a map")
        return {} if node is None else {name: self._attribute(name, value) for name, value in node.entries.items()}

    def _attribute(self, name: str, node: Node) -> Any:
        """Return the value of an attribute; the program's declarations apply in tests, too."""
        schema = self._names.program.attributes.get(name)
        if schema is not None:
            check_value(name, node, schema, self._problems)
        return node.plain()

    def _badges(self) -> tuple[str, ...]:
        node = self._fields.get("badges")
        listed = [] if node is None else items_of(node, self._problems, "badges")
        badges = [self._names.read(item, self._problems, "badge") for item in listed]
        for position, badge in enumerate(badges):
            if badge is not None and badge in badges[:position]:
                message = f"badge {shown(badge)} is here twice"
                self._problems.add(listed[position].place, "duplicate-name", message)
        return tuple(badge for badge in badges if badge is not None)
