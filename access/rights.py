"""The rights of a caller: what it is permitted to do, and in which store."""

from dataclasses import dataclass

from access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Rights:
    """Permissions in one store; `store` None: in every store."""

    permissions: frozenset[Permission]
    store: str | None = None

    def allow(self, permission: Permission) -> bool:
        """Whether these rights include a permission."""
        return permission in self.permissions

    def reach(self, store: str) -> bool:
        """Whether these rights hold in a store."""
        return self.store is None or self.store == store

    def cover(self, other: "Rights") -> bool:
        """Whether these rights include all of other rights."""
        return other.permissions <= self.permissions and (self.store is None or self.store == other.store)

    def limited_to(self, other: "Rights") -> "Rights":
        """What two rights have in common: nothing, if they are in different stores."""
        if self.store is not None and other.store is not None and self.store != other.store:
            return Rights(frozenset(), self.store)
        store = self.store if self.store is not None else other.store
        return Rights(self.permissions & other.permissions, store)
