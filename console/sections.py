"""The sections of the console, in the order of its navigation; each is shown to callers who may open it."""

from dataclasses import dataclass
from urllib.parse import quote

from access import Permission
from api.authentication.callers import AdminCaller


def store_path(store: str, *steps: str) -> str:
    """Return the path of a page of a store."""
    return "/".join(["/console/stores", *(quote(each, safe="") for each in (store, *steps))])


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `name` is the last step of its path; `permission` None: every administrator may open it."""

    name: str
    title: str
    icon: str
    permission: Permission | None = None
    is_of_store: bool = True

    def url(self, store: str | None) -> str:
        """Return the path of its first page."""
        base = store_path(store or "") if self.is_of_store else "/console"
        return f"{base}/{self.name}" if self.name else base


SECTIONS = (
    Section("", "Overview", "dashboard"),
    Section("figures", "Figures", "chart-line", Permission.VIEW_ANALYTICS),
    Section("events", "Events", "activity", Permission.VIEW_EVENTS),
    Section("members", "Members", "users", Permission.VIEW_MEMBERS),
    Section("corrections", "Corrections", "list-check", Permission.VIEW_CORRECTIONS),
    Section("points", "Points", "coins", Permission.VIEW_POINTS),
    Section("transactions", "Transactions", "receipt", Permission.VIEW_TRANSACTIONS),
    Section("rewards", "Rewards", "gift", Permission.VIEW_REWARDS),
    Section("program", "Program", "file-code", Permission.VIEW_PROGRAMS),
    Section("event-types", "Event types", "schema", Permission.VIEW_EVENT_TYPES),
    Section("simulate", "Simulate", "player-play", Permission.SIMULATE),
    Section("webhooks", "Webhooks", "webhook", Permission.VIEW_WEBHOOKS),
    Section("imports", "Imports", "file-import", Permission.VIEW_IMPORTS),
    Section("exports", "Exports", "download", Permission.VIEW_EXPORTS),
    Section("settings", "Settings", "settings", Permission.VIEW_SETTINGS),
    Section("administrators", "Administrators", "user-shield", Permission.VIEW_ADMINISTRATORS, is_of_store=False),
    Section("roles", "Roles", "shield-lock", Permission.VIEW_ROLES, is_of_store=False),
    Section("audit-log", "Audit log", "history", Permission.VIEW_AUDIT_LOG, is_of_store=False),
)


def sections_of(caller: AdminCaller, store: str | None) -> list[Section]:
    """Return the sections that a caller may open."""
    return [
        each
        for each in SECTIONS
        if (each.permission is None or caller.rights.allow(each.permission))
        and (not each.is_of_store or store is not None)
    ]
