"""Access rights: permissions, roles, and the rights of a caller. Pure: no I/O."""

from access.bounds import Bound, Bounds, CorrectionKind
from access.permissions import Permission
from access.rights import Rights
from access.roles import ADMINISTRATOR, BUILT_IN_ROLES, Role

__all__ = ["ADMINISTRATOR", "BUILT_IN_ROLES", "Bound", "Bounds", "CorrectionKind", "Permission", "Rights", "Role"]
