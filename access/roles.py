"""Roles: named sets of permissions. Five are built in; others are created by API."""

from dataclasses import dataclass
from decimal import Decimal

from access.bounds import Bound, Bounds
from access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions. `note` describes its holders; `bounds` None: its corrections are not bounded."""

    id: int
    name: str
    permissions: frozenset[Permission]
    note: str = ""
    bounds: Bounds | None = None

    @property
    def all_bounds(self) -> tuple[Bounds, ...]:
        """The bounds, in the form of rights."""
        return () if self.bounds is None else (self.bounds,)


FIRST_OWN_ROLE = 101
"""Roles created by API are numbered from here; smaller numbers are for built-in ones."""
LAST_ROLE = 2**31 - 1
"""The greatest number that databases can store for a role."""

_VIEW_ALL = frozenset(each for each in Permission if each.access == "VIEW")
_VIEW_STORE = _VIEW_ALL - {
    Permission.VIEW_ADMINISTRATORS,
    Permission.VIEW_API_KEYS,
    Permission.VIEW_ROLES,
}
_OWN_KEYS = {Permission.VIEW_API_KEYS, Permission.CHANGE_API_KEYS}

_FEW = (Decimal(1), Decimal(20))
_SUPPORT_BOUNDS = Bounds(
    (
        Bound("points", Decimal(1000), Decimal(5000)),
        Bound("tier", *_FEW),
        Bound("reward", *_FEW),
        Bound("progress", *_FEW),
        Bound("badge", *_FEW),
    )
)
ADMINISTRATOR = Role(1, "administrator", frozenset(Permission), "everything")
BUILT_IN_ROLES = (
    ADMINISTRATOR,
    Role(
        2,
        "designer",
        _VIEW_STORE | _OWN_KEYS | {Permission.EDIT_PROGRAMS, Permission.DEPLOY_PROGRAMS, Permission.RETRY_PROCESSING},
        "writes programs, deploys them, and looks after what they do",
    ),
    Role(
        3,
        "support",
        _VIEW_STORE
        | _OWN_KEYS
        | {
            Permission.REPORT_EVENTS,
            Permission.CHANGE_MEMBERS,
            Permission.MERGE_MEMBERS,
            Permission.MOVE_POINTS,
            Permission.MAKE_CORRECTIONS,
            Permission.ISSUE_REWARDS,
            Permission.CHANGE_REWARDS,
            Permission.RETRY_PROCESSING,
        },
        "answers members, and puts right what went wrong",
        _SUPPORT_BOUNDS,
    ),
    Role(
        4,
        "reporter",
        frozenset({Permission.REPORT_EVENTS, Permission.VIEW_EVENT_TYPES}),
        "a till, shop or app that reports events",
    ),
    Role(5, "viewer", _VIEW_STORE, "looks at everything in a store, and changes nothing"),
)


def role_of_id(role_id: int) -> Role | None:
    """Return the built-in role with this number."""
    return next((role for role in BUILT_IN_ROLES if role.id == role_id), None)
