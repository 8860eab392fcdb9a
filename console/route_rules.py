"""The access rule of every page and form of the console."""

from collections.abc import Mapping

from access import Permission
from api.authentication.rules import AnyAdministrator, Everyone, Needs, NeedsAllStores, Rule, Rules

STORE = "/console/stores/{storeCode}"


def _personal(permission: Permission) -> Needs:
    """Return the rule of routes that show unmasked personal data: a form with present values, a file."""
    return Needs(permission, also=Permission.VIEW_PERSONAL_DATA)


_MEMBER = f"{STORE}/members/{{member}}"
_CORRECTION = f"{STORE}/corrections/{{correction}}"
_REWARD = f"{STORE}/rewards/{{reward}}"
_CHANGE_MEMBERS = Needs(Permission.CHANGE_MEMBERS)
_DRAFT = f"{STORE}/program/draft"
_EDIT = Needs(Permission.EDIT_PROGRAMS, audited=False)
_CHANGE_PROFILES = _personal(Permission.CHANGE_MEMBERS)
_WRITE_TEST = Needs(Permission.EDIT_PROGRAMS, audited=False)
"""The rule of writing tests; the permission for the source is required by the API."""
_DEPLOY = Needs(Permission.DEPLOY_PROGRAMS)
_CHANGE_ADMINISTRATORS = Needs(Permission.CHANGE_ADMINISTRATORS)
_CHANGE_ROLES = NeedsAllStores(Permission.CHANGE_ROLES)
_ISSUED = f"{STORE}/redemptions/{{issued}}"
_ISSUE = Needs(Permission.ISSUE_REWARDS)
_CHANGE_TRANSACTIONS = Needs(Permission.CHANGE_TRANSACTIONS)
_CHANGE_REWARDS = Needs(Permission.CHANGE_REWARDS)
_WEBHOOK_FORM: Mapping[str, Rule] = {
    "GET": Needs(Permission.CHANGE_WEBHOOKS),
    "POST": Needs(Permission.CHANGE_WEBHOOKS),
}
_RESEND_FORM: Mapping[str, Rule] = {
    "GET": Needs(Permission.RETRY_PROCESSING),
    "POST": Needs(Permission.RETRY_PROCESSING),
}

_RULES: Mapping[str, Mapping[str, Rule]] = {
    "/console/static/{hash}/{name:path}": {"GET": Everyone()},
    "/console": {"GET": AnyAdministrator()},
    "/console/log-in": {"GET": Everyone(), "POST": Everyone()},
    "/console/log-out": {"POST": AnyAdministrator()},
    "/console/session": {"GET": AnyAdministrator(), "POST": Everyone()},
    "/console/theme": {"POST": Everyone()},
    STORE: {"GET": AnyAdministrator()},
    f"{STORE}/figures": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{STORE}/figures/achievements": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{STORE}/figures/deliveries": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/figures/summary": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{STORE}/search": {"GET": AnyAdministrator()},
    f"{STORE}/events": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{STORE}/events/{{customEvent}}": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{STORE}/events/{{customEvent}}/retry": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{STORE}/event-types": {"GET": Needs(Permission.VIEW_EVENT_TYPES)},
    f"{STORE}/event-types/_new": {"GET": Needs(Permission.EDIT_PROGRAMS), "POST": Needs(Permission.EDIT_PROGRAMS)},
    f"{STORE}/event-types/{{eventType}}": {"GET": Needs(Permission.VIEW_EVENT_TYPES)},
    f"{STORE}/members": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{STORE}/members/new": {"GET": _CHANGE_MEMBERS, "POST": _CHANGE_MEMBERS},
    _MEMBER: {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_MEMBER}/change": {"GET": _CHANGE_PROFILES, "POST": _CHANGE_PROFILES},
    f"{_MEMBER}/activate": {"POST": _CHANGE_MEMBERS},
    f"{_MEMBER}/deactivate": {"POST": _CHANGE_MEMBERS},
    f"{_MEMBER}/freeze": {"GET": _CHANGE_MEMBERS, "POST": _CHANGE_MEMBERS},
    f"{_MEMBER}/unfreeze": {"GET": _CHANGE_MEMBERS, "POST": _CHANGE_MEMBERS},
    f"{_MEMBER}/anonymize": {"GET": _CHANGE_MEMBERS, "POST": _CHANGE_MEMBERS},
    f"{_MEMBER}/export": {"GET": _personal(Permission.EXPORT_MEMBERS)},
    f"{_MEMBER}/correct": {"GET": Needs(Permission.MAKE_CORRECTIONS), "POST": Needs(Permission.MAKE_CORRECTIONS)},
    f"{_MEMBER}/history": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_MEMBER}/give": {"GET": _ISSUE, "POST": _ISSUE},
    f"{STORE}/redemptions": {"GET": Needs(Permission.VIEW_REDEMPTIONS)},
    _ISSUED: {"GET": Needs(Permission.VIEW_REDEMPTIONS)},
    f"{_ISSUED}/cancel": {"POST": _ISSUE},
    f"{_ISSUED}/status": {"POST": _ISSUE},
    f"{_ISSUED}/use": {"POST": _ISSUE},
    f"{_ISSUED}/reissue": {"POST": _ISSUE},
    f"{STORE}/merges": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{STORE}/merges/new": {"GET": Needs(Permission.MERGE_MEMBERS), "POST": Needs(Permission.MERGE_MEMBERS)},
    f"{STORE}/merges/{{merge}}": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{STORE}/corrections": {"GET": Needs(Permission.VIEW_CORRECTIONS)},
    _CORRECTION: {"GET": Needs(Permission.VIEW_CORRECTIONS)},
    f"{_CORRECTION}/approve": {"POST": Needs(Permission.APPROVE_CORRECTIONS)},
    f"{_CORRECTION}/reject": {"POST": Needs(Permission.APPROVE_CORRECTIONS)},
    f"{_CORRECTION}/undo": {"POST": Needs(Permission.MAKE_CORRECTIONS)},
    f"{STORE}/points": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{STORE}/points/expiring": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{STORE}/points/{{transfer}}": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{STORE}/transactions": {"GET": Needs(Permission.VIEW_TRANSACTIONS)},
    f"{STORE}/transactions/{{transaction}}": {"GET": Needs(Permission.VIEW_TRANSACTIONS)},
    f"{STORE}/transactions/{{transaction}}/assign": {"POST": _CHANGE_TRANSACTIONS},
    f"{STORE}/transactions/{{transaction}}/labels": {"POST": _CHANGE_TRANSACTIONS},
    f"{STORE}/transactions/{{transaction}}/return": {"GET": _CHANGE_TRANSACTIONS, "POST": _CHANGE_TRANSACTIONS},
    f"{STORE}/settings": {"GET": Needs(Permission.VIEW_SETTINGS), "POST": Needs(Permission.CHANGE_SETTINGS)},
    f"{STORE}/rewards": {"GET": Needs(Permission.VIEW_REWARDS)},
    _REWARD: {"GET": Needs(Permission.VIEW_REWARDS)},
    f"{_REWARD}/stock": {"POST": _CHANGE_REWARDS},
    f"{_REWARD}/codes": {"POST": _CHANGE_REWARDS},
    f"{_REWARD}/codes/{{code}}/delete": {"POST": _CHANGE_REWARDS},
    f"{_REWARD}/pause": {"POST": _CHANGE_REWARDS},
    f"{_REWARD}/resume": {"POST": _CHANGE_REWARDS},
    f"{STORE}/program": {"GET": Needs(Permission.VIEW_PROGRAMS)},
    _DRAFT: {"GET": _EDIT},
    f"{_DRAFT}/new": {"POST": _EDIT},
    f"{_DRAFT}/discard": {"POST": Needs(Permission.EDIT_PROGRAMS)},
    f"{_DRAFT}/tests": {"GET": _EDIT, "POST": _EDIT},
    f"{_DRAFT}/tests/coverage": {"POST": _EDIT},
    f"{_DRAFT}/plan": {"GET": _EDIT, "POST": _DEPLOY},
    f"{_DRAFT}/backtest": {"GET": _EDIT, "POST": _EDIT},
    f"{_DRAFT}/backtest/cancel": {"POST": _EDIT},
    f"{_DRAFT}/rebase": {"GET": _EDIT, "POST": _EDIT},
    f"{_DRAFT}/file": {"GET": _EDIT, "POST": _EDIT},
    f"{_DRAFT}/file/blocks": {"GET": _EDIT, "POST": _EDIT},
    f"{_DRAFT}/file/completion": {"POST": _EDIT},
    f"{_DRAFT}/file/copy": {"POST": _EDIT},
    f"{_DRAFT}/file/rename": {"POST": _EDIT},
    f"{_DRAFT}/file/remove": {"POST": _EDIT},
    f"{_DRAFT}/file/restore": {"POST": _EDIT},
    f"{STORE}/program/{{revision}}": {"GET": Needs(Permission.VIEW_PROGRAMS)},
    f"{STORE}/program/{{revision}}/file": {"GET": Needs(Permission.VIEW_PROGRAMS)},
    f"{STORE}/reactors/{{reactor}}": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{STORE}/program/{{revision}}/roll-back": {"GET": _DEPLOY, "POST": _DEPLOY},
    f"{STORE}/program/{{revision}}/roll-back/backtest": {"GET": _DEPLOY, "POST": _DEPLOY},
    f"{STORE}/program/{{revision}}/roll-back/backtest/cancel": {"POST": _DEPLOY},
    f"{STORE}/simulate/test": {"GET": _WRITE_TEST, "POST": _WRITE_TEST},
    f"{STORE}/simulate": {"GET": Needs(Permission.SIMULATE), "POST": Needs(Permission.SIMULATE)},
    f"{STORE}/imports": {"GET": Needs(Permission.VIEW_IMPORTS)},
    f"{STORE}/imports/new/{{type}}": {"GET": Needs(Permission.IMPORT_FILES), "POST": Needs(Permission.IMPORT_FILES)},
    f"{STORE}/imports/{{import}}": {"GET": Needs(Permission.VIEW_IMPORTS)},
    f"{STORE}/imports/{{import}}/report": {"GET": _personal(Permission.VIEW_IMPORTS)},
    f"{STORE}/imports/{{import}}/{{change}}": {"POST": Needs(Permission.IMPORT_FILES)},
    f"{STORE}/exports": {"GET": Needs(Permission.VIEW_EXPORTS), "POST": Needs(Permission.EXPORT_DATA)},
    f"{STORE}/exports/{{export}}/download": {"GET": _personal(Permission.EXPORT_DATA)},
    f"{STORE}/exports/{{export}}/retry": {"POST": Needs(Permission.EXPORT_DATA)},
    "/console/new-store": {"GET": _DEPLOY, "POST": _DEPLOY},
    "/console/administrators": {"GET": Needs(Permission.VIEW_ADMINISTRATORS)},
    "/console/administrators/new": {"GET": _CHANGE_ADMINISTRATORS, "POST": _CHANGE_ADMINISTRATORS},
    "/console/administrators/{admin}": {"GET": _CHANGE_ADMINISTRATORS, "POST": _CHANGE_ADMINISTRATORS},
    "/console/password": {"GET": AnyAdministrator(), "POST": AnyAdministrator()},
    "/console/roles": {"GET": Needs(Permission.VIEW_ROLES)},
    "/console/roles/new": {"GET": _CHANGE_ROLES, "POST": _CHANGE_ROLES},
    "/console/roles/{role}": {"GET": Needs(Permission.VIEW_ROLES), "POST": _CHANGE_ROLES},
    "/console/audit-log": {"GET": Needs(Permission.VIEW_AUDIT_LOG)},
    f"{STORE}/webhooks": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/webhooks/new": _WEBHOOK_FORM,
    f"{STORE}/webhooks/deliveries": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/webhooks/deliveries/{{delivery}}": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/webhooks/deliveries/{{delivery}}/resend": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{STORE}/webhooks/resends": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/webhooks/resends/new": _RESEND_FORM,
    f"{STORE}/webhooks/resends/{{resend}}": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/webhooks/resends/{{resend}}/cancel": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{STORE}/webhooks/expiring-notifications": {
        "GET": Needs(Permission.VIEW_SETTINGS),
        "POST": Needs(Permission.CHANGE_SETTINGS),
    },
    f"{STORE}/webhooks/store-secret/rotate": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{STORE}/webhooks/{{subscription}}": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{STORE}/webhooks/{{subscription}}/edit": _WEBHOOK_FORM,
    f"{STORE}/webhooks/{{subscription}}/test": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{STORE}/webhooks/{{subscription}}/rotate": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{STORE}/webhooks/{{subscription}}/end": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{STORE}/webhooks/{{subscription}}/recover": _RESEND_FORM,
}

RULES: Rules = {(method, path): rule for path, rules in _RULES.items() for method, rule in rules.items()}
