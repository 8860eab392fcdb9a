"""The rights of a caller: the permissions, the store, and how much may be corrected alone."""

from dataclasses import dataclass
from typing import Final

from access.bounds import Bounds
from access.permissions import Permission

BOUNDED: Final = frozenset(
    {
        Permission.MAKE_CORRECTIONS,
        Permission.APPROVE_CORRECTIONS,
        Permission.MOVE_POINTS,
        Permission.CHANGE_MEMBERS,
        Permission.ISSUE_REWARDS,
    }
)
"""The permissions that bounds of corrections limit."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Permissions in one store; `store` None: in every store. Corrections must be within all of the bounds."""

    permissions: frozenset[Permission]
    store: str | None = None
    bounds: tuple[Bounds, ...] = ()
    """Empty: corrections are not bounded."""

    def allow(self, permission: Permission) -> bool:
        """Return whether these rights include a permission."""
        return permission in self.permissions

    def reach(self, store: str) -> bool:
        """Return whether these rights hold in a store."""
        return self.store is None or self.store == store

    def cover(self, other: "Rights") -> bool:
        """Return whether these rights include all of other rights."""
        is_within = other.permissions <= self.permissions and (self.store is None or self.store == other.store)
        return is_within and self.cover_bounds(other)

    def cover_bounds(self, other: "Rights") -> bool:
        """Return whether other rights, as far as bounds limit them, may correct no more alone than these."""
        if not other.permissions & BOUNDED:
            return True
        return all(any(mine.cover(theirs) for theirs in other.bounds) for mine in self.bounds)

    def limited_to(self, other: "Rights") -> "Rights":
        """Return the intersection of two rights: nothing, if they are in different stores."""
        bounds = tuple(dict.fromkeys(self.bounds + other.bounds))
        if self.store is not None and other.store is not None and self.store != other.store:
            return Rights(frozenset(), self.store, bounds)
        store = self.store if self.store is not None else other.store
        return Rights(self.permissions & other.permissions, store, bounds)
