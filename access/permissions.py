"""Every permission of a caller, each as the access to a resource."""

from enum import Enum
from typing import Literal, TypeAlias

AccessKind: TypeAlias = Literal["VIEW", "MODIFY"]


class Permission(Enum):
    """One access to one resource, and its description."""

    VIEW_EVENTS = ("CUSTOM_EVENT", "VIEW", "read events, their decisions and what came of them")
    REPORT_EVENTS = ("CUSTOM_EVENT", "MODIFY", "report events")
    VIEW_EVENT_TYPES = ("EVENT_TYPE", "VIEW", "read event types and their schemas")
    VIEW_MEMBERS = ("CUSTOMER", "VIEW", "read members, their status, achievements and badges")
    CHANGE_MEMBERS = ("CUSTOMER", "MODIFY", "register and change members")
    MERGE_MEMBERS = ("CUSTOMER_MERGE", "MODIFY", "merge one member into another, for good")
    EXPORT_MEMBERS = ("CUSTOMER_DATA", "VIEW", "export everything that is kept of one member")
    VIEW_PERSONAL_DATA = (
        "PERSONAL_DATA",
        "VIEW",
        "see names, emails, phones, cards and addresses of members in the console, where they are masked without it",
    )
    VIEW_POINTS = ("POINT_TRANSFER", "VIEW", "read transfers of points and their history")
    MOVE_POINTS = ("POINT_TRANSFER", "MODIFY", "add, spend, block, move, cancel, expire and activate points")
    VIEW_TRANSACTIONS = ("TRANSACTION", "VIEW", "read sales and returns")
    CHANGE_TRANSACTIONS = ("TRANSACTION", "MODIFY", "report, change and assign sales and returns")
    VIEW_WALLETS = ("WALLET", "VIEW", "read wallets and their types")
    VIEW_ACHIEVEMENTS = ("ACHIEVEMENT", "VIEW", "read achievements and badge types")
    VIEW_CAMPAIGNS = ("CAMPAIGN", "VIEW", "read campaigns, which are reactors, and the use of their limits")
    VIEW_TIERS = ("TIER", "VIEW", "read tier sets and tiers")
    VIEW_REWARDS = ("REWARD", "VIEW", "read rewards, their categories, their stock and their coupon codes")
    CHANGE_REWARDS = ("REWARD", "MODIFY", "set the stock of rewards, upload and delete codes, pause and resume rewards")
    VIEW_REDEMPTIONS = ("REWARD_REDEMPTION", "VIEW", "read issued rewards and their coupons")
    ISSUE_REWARDS = (
        "REWARD_REDEMPTION",
        "MODIFY",
        "buy rewards for members, give and cancel them, use coupons and make them unused, change statuses",
    )
    VIEW_CORRECTIONS = ("CORRECTION", "VIEW", "read corrections, and the reasons that a store lists")
    MAKE_CORRECTIONS = ("CORRECTION", "MODIFY", "correct and undo corrections, within the bounds of one's role")
    APPROVE_CORRECTIONS = ("CORRECTION_APPROVAL", "MODIFY", "approve and reject corrections that others ask for")
    VIEW_ANALYTICS = ("ANALYTICS", "VIEW", "read figures over all members, such as the liability")
    VIEW_PROGRAMS = ("PROGRAM", "VIEW", "read revisions, their files and what changed")
    EDIT_PROGRAMS = ("PROGRAM_DRAFT", "MODIFY", "edit, check and plan a draft of a program; nothing comes into force")
    DEPLOY_PROGRAMS = ("PROGRAM", "MODIFY", "deploy programs and roll them back")
    SIMULATE = ("SIMULATION", "VIEW", "try events out, also on real members; nothing is written")
    VIEW_PROCESSING = ("PROCESSING", "VIEW", "read due items, and what is stuck or failed")
    RETRY_PROCESSING = ("PROCESSING", "MODIFY", "try again what is stuck or failed")
    VIEW_WEBHOOKS = ("WEBHOOK_SUBSCRIPTION", "VIEW", "read webhook subscriptions and deliveries")
    CHANGE_WEBHOOKS = ("WEBHOOK_SUBSCRIPTION", "MODIFY", "make, change and end webhook subscriptions")
    VIEW_IMPORTS = ("IMPORT", "VIEW", "read imports and what came of their lines")
    IMPORT_FILES = ("IMPORT", "MODIFY", "import files, with the permission for what their lines ask")
    VIEW_EXPORTS = ("EXPORT", "VIEW", "list exports")
    EXPORT_DATA = ("EXPORT", "MODIFY", "export what one may read, and download it")
    VIEW_SETTINGS = ("SETTINGS", "VIEW", "read the settings of a store")
    CHANGE_SETTINGS = ("SETTINGS", "MODIFY", "change the settings of a store, such as the days of notices")
    VIEW_STORES = ("STORES", "VIEW", "list stores")
    CHANGE_STORES = ("STORES", "MODIFY", "make stores, and change their currency")
    VIEW_ADMINISTRATORS = ("ADMIN", "VIEW", "list administrators and their sessions")
    CHANGE_ADMINISTRATORS = ("ADMIN", "MODIFY", "make, change and disable administrators, and end their sessions")
    VIEW_API_KEYS = ("API_KEY", "VIEW", "list one's own API keys; those of others with ADMIN VIEW")
    CHANGE_API_KEYS = (
        "API_KEY",
        "MODIFY",
        "make, change and delete one's own API keys; those of others with ADMIN MODIFY",
    )
    VIEW_ROLES = ("ACL", "VIEW", "list roles")
    VIEW_AUDIT_LOG = ("AUDIT", "VIEW", "read the audit log")
    CHANGE_AUDIT_LOG = ("AUDIT", "MODIFY", "archive the audit log, and remove archives")
    CHANGE_ROLES = ("ACL", "MODIFY", "make, change and delete roles")

    def __init__(self, resource: str, access: AccessKind, permits: str) -> None:
        self.resource = resource
        self.access = access
        self.permits = permits

    def __str__(self) -> str:
        return f"{self.resource} {self.access}"
