"""Change roles, each in one transaction, by a caller's rights in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from access import Bound, Bounds, Permission, Rights, Role
from access.roles import role_of_id
from api.authentication.callers import AdminCaller
from api.authentication.granting import present_rights, require_cover
from api.http.errors import BadInput, NotFound
from api.roles.schemas import PermissionForm, RoleForm
from database import Access, AccessReader

_BY_NAME: Mapping[tuple[str, str], Permission] = {(each.resource, each.access): each for each in Permission}


def permissions_named(forms: Sequence[PermissionForm]) -> frozenset[Permission]:
    """Return the permissions that a form names; raise BadInput for an unknown one."""
    found = set()
    for number, form in enumerate(forms):
        permission = _BY_NAME.get((form.resource, form.access))
        if permission is None:
            message = (
                f"no permission {form.resource[:40]} {form.access[:40]}: there are {', '.join(map(str, Permission))}"
            )
            raise BadInput.at(f"role.permissions.{number}", message, "unknownPermission")
        found.add(permission)
    return frozenset(found)


def bounds_of(form: RoleForm) -> Bounds | None:
    """Return the bounds that a form names; raise BadInput for two of one kind and unit."""
    if form.correction_bounds is None:
        return None
    bounds = [Bound(each.kind, each.once, each.day, each.unit) for each in form.correction_bounds]
    for number, bound in enumerate(bounds):
        if (bound.kind, bound.unit) in [(each.kind, each.unit) for each in bounds[:number]]:
            message = "there is a bound of this kind and unit already: send one of each"
            raise BadInput.at(f"role.correctionBounds.{number}", message, "repeatedKey")
    return Bounds(tuple(bounds))


def _rights_of(form: RoleForm) -> Rights:
    bounds = bounds_of(form)
    return Rights(permissions_named(form.permissions), bounds=() if bounds is None else (bounds,))


def find_role(access: AccessReader, text: str) -> Role:
    """Return the role with this number or name; raise NotFound."""
    role = access.roles.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    role = role or access.roles.named(text)
    if role is None:
        raise NotFound(f"no role {text[:80]}")
    return role


def add_role(access: Access, caller: AdminCaller, form: RoleForm, *, now: datetime) -> int:
    """Add a role with at most the caller's rights; raise Forbidden or BadInput."""
    rights = _rights_of(form)
    access.lock()
    require_cover(present_rights(access, caller), rights)
    _require_free(access, form.name)
    return access.roles.add(form.name, rights.permissions, bounds_of(form), now=now)


def change_role(access: Access, caller: AdminCaller, text: str, form: RoleForm) -> None:
    """Change a role with at most the caller's rights, before and after; raise Forbidden or BadInput."""
    rights = _rights_of(form)
    access.lock()
    role = _changeable(access, caller, text)
    bounds = bounds_of(form) if "correction_bounds" in form.model_fields_set else role.bounds
    require_cover(present_rights(access, caller), replace(rights, bounds=() if bounds is None else (bounds,)))
    if form.name != role.name:
        _require_free(access, form.name)
    access.roles.change(role.id, form.name, rights.permissions, bounds)


def remove_role(access: Access, caller: AdminCaller, text: str) -> None:
    """Remove an unused role; raise Forbidden, NotFound or BadInput."""
    access.lock()
    role = _changeable(access, caller, text)
    if access.roles.is_used(role.id):
        message = f"administrators or API keys have the role {role.name}: give them another one first"
        raise BadInput.at("role", message, "roleInUse")
    access.roles.remove(role.id)


def _changeable(access: Access, caller: AdminCaller, text: str) -> Role:
    role = find_role(access, text)
    if role_of_id(role.id) is not None:
        raise BadInput.at("role", f"{role.name} is built in: make a role of your own instead", "builtInRole")
    require_cover(present_rights(access, caller), Rights(role.permissions, bounds=role.all_bounds))
    return role


def _require_free(access: Access, name: str) -> None:
    if access.roles.named(name) is not None:
        raise BadInput.at("role.name", f"there is a role {name[:80]}: choose another name", "alreadyUsed")
