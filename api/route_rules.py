"""The access rule of every route. The app refuses to start with a route without one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from access import Permission
from api.authentication.rules import (
    AnyAdministrator,
    AnyCaller,
    Everyone,
    MembersOnly,
    Needs,
    NeedsAllStores,
    Rule,
    Rules,
)
from api.state.dependencies import AUTHENTICATING

_RulesOfPath: TypeAlias = Mapping[str, Rule]

_STORE = "/api/{storeCode}"
_ADMIN_KEY = "/api/admin/{admin}/api-key"

_IN_FILES = Needs(Permission.DEPLOY_PROGRAMS, audited=False)
"""The rule of routes for what is written in the files of a program: they answer 405."""

_EDIT = Needs(Permission.EDIT_PROGRAMS, audited=False)
"""The rule of changes to a draft only, which happen as often as a designer types."""

_VIEW_KEYS = Needs(Permission.VIEW_API_KEYS, key_needs=Permission.VIEW_ADMINISTRATORS)
_CHANGE_KEYS = Needs(Permission.CHANGE_API_KEYS, key_needs=Permission.CHANGE_ADMINISTRATORS)

_RULES: Mapping[str, _RulesOfPath] = {
    "/health/live": {"GET": Everyone()},
    "/health/ready": {"GET": Everyone()},
    "/api/": {"GET": Everyone()},
    "/api/healthcheck": {"GET": Everyone()},
    "/api/admin/login_check": {"POST": Everyone()},
    f"{_STORE}/member/login_check": {"POST": Everyone()},
    "/api/token/refresh": {"POST": Everyone()},
    f"{_STORE}/token/refresh": {"POST": Everyone()},
    "/api/token/revoke": {"GET": AnyCaller(by_key=False)},
    "/api/admin": {"GET": Needs(Permission.VIEW_ADMINISTRATORS)},
    "/api/admin/data": {"POST": Needs(Permission.CHANGE_ADMINISTRATORS)},
    "/api/admin/data/{admin}": {
        "GET": Needs(Permission.VIEW_ADMINISTRATORS),
        "PUT": Needs(Permission.CHANGE_ADMINISTRATORS),
    },
    "/api/admin/password": {"PUT": AnyAdministrator(by_key=False)},
    "/api/admin/permissions": {"GET": AnyAdministrator()},
    _ADMIN_KEY: {"POST": _CHANGE_KEYS, "GET": _VIEW_KEYS},
    f"{_ADMIN_KEY}/{{apiKey}}": {"PUT": _CHANGE_KEYS, "DELETE": _CHANGE_KEYS},
    f"{_ADMIN_KEY}/{{apiKey}}/rotate": {"POST": _CHANGE_KEYS},
    "/api/admin/{admin}/session": {"GET": AnyAdministrator(by_key=False)},
    "/api/admin/{admin}/session/{session}": {"DELETE": AnyAdministrator(by_key=False)},
    "/api/admin/password/reset/request": {"POST": Everyone()},
    "/api/admin/password/reset": {"POST": Everyone()},
    f"{_STORE}/admin/{{admin}}/settings": {"GET": AnyAdministrator()},
    f"{_STORE}/admin/{{admin}}/settings/{{key}}": {"PUT": AnyAdministrator()},
    "/api/audit/log": {"GET": Needs(Permission.VIEW_AUDIT_LOG)},
    "/api/audit/log/export": {"GET": Needs(Permission.VIEW_AUDIT_LOG)},
    "/api/audit/log/archive": {
        "GET": NeedsAllStores(Permission.VIEW_AUDIT_LOG),
        "POST": NeedsAllStores(Permission.CHANGE_AUDIT_LOG),
    },
    "/api/audit/log/archive/{filename}": {
        "GET": NeedsAllStores(Permission.VIEW_AUDIT_LOG),
        "DELETE": NeedsAllStores(Permission.CHANGE_AUDIT_LOG),
    },
    "/api/acl/accesses": {"GET": Needs(Permission.VIEW_ROLES)},
    "/api/acl/resources": {"GET": Needs(Permission.VIEW_ROLES)},
    "/api/acl/role": {"POST": NeedsAllStores(Permission.CHANGE_ROLES), "GET": Needs(Permission.VIEW_ROLES)},
    "/api/acl/role/{role}": {
        "GET": Needs(Permission.VIEW_ROLES),
        "PUT": NeedsAllStores(Permission.CHANGE_ROLES),
        "DELETE": NeedsAllStores(Permission.CHANGE_ROLES),
    },
    f"{_STORE}/customEvent": {
        "POST": Needs(Permission.REPORT_EVENTS, audited=False),
        "GET": Needs(Permission.VIEW_EVENTS),
    },
    f"{_STORE}/customEvent/batch": {"POST": Needs(Permission.REPORT_EVENTS, audited=False)},
    f"{_STORE}/customEvent/{{customEvent}}": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{_STORE}/customEvent/schema": {
        "GET": Needs(Permission.VIEW_EVENT_TYPES),
        "POST": _IN_FILES,
    },
    f"{_STORE}/customEvent/schema/proposal": {"POST": _EDIT},
    f"{_STORE}/customEvent/schema/file": {"POST": _EDIT},
    f"{_STORE}/customEvent/schema/{{eventType}}": {
        "GET": Needs(Permission.VIEW_EVENT_TYPES),
        "PUT": _IN_FILES,
    },
    f"{_STORE}/customEvent/schema/{{eventType}}/active": {"POST": _IN_FILES},
    f"{_STORE}/stuck": {"GET": Needs(Permission.VIEW_PROCESSING)},
    f"{_STORE}/clock/retry": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/customEvent/{{customEvent}}/retry": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/webhook/delivery/{{webhookDelivery}}/retry": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/dueItem": {"GET": Needs(Permission.VIEW_PROCESSING)},
    f"{_STORE}/dueItem/{{subject}}/{{kind}}/retry": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/webhook/event": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{_STORE}/webhook/subscription": {
        "POST": Needs(Permission.CHANGE_WEBHOOKS),
        "GET": Needs(Permission.VIEW_WEBHOOKS),
    },
    f"{_STORE}/webhook/subscription/{{webhookSubscription}}": {
        "GET": Needs(Permission.VIEW_WEBHOOKS),
        "PUT": Needs(Permission.CHANGE_WEBHOOKS),
        "DELETE": Needs(Permission.CHANGE_WEBHOOKS),
    },
    f"{_STORE}/webhook/subscription/{{webhookSubscription}}/rotate": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{_STORE}/webhook/subscription/{{webhookSubscription}}/test": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{_STORE}/webhook/subscription/{{webhookSubscription}}/recover": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/webhook/delivery": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{_STORE}/webhook/delivery/{{webhookDelivery}}": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{_STORE}/webhook/delivery/{{webhookDelivery}}/resend": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/webhook/resend": {
        "POST": Needs(Permission.RETRY_PROCESSING),
        "GET": Needs(Permission.VIEW_WEBHOOKS),
    },
    f"{_STORE}/webhook/resend/{{webhookResend}}": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{_STORE}/webhook/resend/{{webhookResend}}/cancel": {"POST": Needs(Permission.RETRY_PROCESSING)},
    f"{_STORE}/search": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/settings": {
        "GET": Needs(Permission.VIEW_SETTINGS),
        "POST": Needs(Permission.CHANGE_SETTINGS),
        "PATCH": Needs(Permission.CHANGE_SETTINGS),
    },
    f"{_STORE}/correction": {
        "POST": Needs(Permission.MAKE_CORRECTIONS),
        "GET": Needs(Permission.VIEW_CORRECTIONS),
    },
    f"{_STORE}/correction/preview": {"POST": Needs(Permission.MAKE_CORRECTIONS, audited=False)},
    f"{_STORE}/correction/settings": {
        "GET": Needs(Permission.VIEW_CORRECTIONS),
        "PUT": Needs(Permission.CHANGE_SETTINGS),
    },
    f"{_STORE}/correction/{{correction}}": {"GET": Needs(Permission.VIEW_CORRECTIONS)},
    f"{_STORE}/correction/{{correction}}/approve": {"POST": Needs(Permission.APPROVE_CORRECTIONS)},
    f"{_STORE}/correction/{{correction}}/reject": {"POST": Needs(Permission.APPROVE_CORRECTIONS)},
    f"{_STORE}/correction/{{correction}}/undo": {"POST": Needs(Permission.MAKE_CORRECTIONS)},
    f"{_STORE}/settings/notices": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/webhook/secret": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{_STORE}/webhook/secret/rotate": {"POST": Needs(Permission.CHANGE_WEBHOOKS)},
    f"{_STORE}/points": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{_STORE}/points/expiring": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{_STORE}/points/history": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{_STORE}/points/add": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/spend": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/block": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/transfer": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/{{transfer}}": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{_STORE}/points/{{transfer}}/capture": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/{{transfer}}/cancel": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/{{transfer}}/expire": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/points/{{transfer}}/activate": {"POST": Needs(Permission.MOVE_POINTS)},
    f"{_STORE}/member": {"POST": Needs(Permission.CHANGE_MEMBERS), "GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/points": {"POST": MembersOnly(), "GET": MembersOnly()},
    f"{_STORE}/custom-field-schema": {"GET": Needs(Permission.VIEW_MEMBERS), "POST": _IN_FILES},
    f"{_STORE}/custom-field-schema/{{customFieldSchemaId}}": {
        "GET": Needs(Permission.VIEW_MEMBERS),
        "PUT": _IN_FILES,
    },
    f"{_STORE}/member/check": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/collision": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/registrations": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/{{member}}": {
        "GET": Needs(Permission.VIEW_MEMBERS, or_own=True),
        "PUT": Needs(Permission.CHANGE_MEMBERS, or_own=True),
        "DELETE": Needs(Permission.CHANGE_MEMBERS),
    },
    f"{_STORE}/member/{{member}}/balance/{{walletTypeCode}}": {"GET": Needs(Permission.VIEW_POINTS)},
    f"{_STORE}/member/{{member}}/channel": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/referral": {
        "POST": Needs(Permission.CHANGE_MEMBERS),
        "DELETE": Needs(Permission.CHANGE_MEMBERS),
    },
    f"{_STORE}/referral": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/channel": {"POST": Needs(Permission.CHANGE_MEMBERS), "GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/channel/{{channel}}": {
        "GET": Needs(Permission.VIEW_MEMBERS),
        "PUT": Needs(Permission.CHANGE_MEMBERS),
        "DELETE": Needs(Permission.CHANGE_MEMBERS),
    },
    f"{_STORE}/member/register": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/activate/{{token}}": {"POST": Everyone()},
    f"{_STORE}/member/confirm-change/{{token}}": {"POST": Everyone()},
    f"{_STORE}/member/resend-code": {"POST": Everyone()},
    f"{_STORE}/member/{{member}}/send-code": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/password/reset/request": {"POST": Everyone()},
    f"{_STORE}/member/password/reset": {"POST": Everyone()},
    f"{_STORE}/member/password": {"PUT": MembersOnly()},
    f"{_STORE}/member/{{member}}/password": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/custom-attribute": {
        "PUT": Needs(Permission.CHANGE_MEMBERS),
        "DELETE": Needs(Permission.CHANGE_MEMBERS),
    },
    f"{_STORE}/member/{{member}}/activate": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/deactivate": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/freeze": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/unfreeze": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/anonymize": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/merge": {"POST": Needs(Permission.MERGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/merge/preview": {"POST": Needs(Permission.VIEW_MEMBERS, audited=False)},
    f"{_STORE}/merge": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/merge/{{merge}}": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/{{member}}/export": {"GET": Needs(Permission.EXPORT_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/history": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/{{member}}/status": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/achievement": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/badge": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/member/{{member}}/wallet": {"GET": Needs(Permission.VIEW_WALLETS)},
    f"{_STORE}/campaign": {"GET": Needs(Permission.VIEW_CAMPAIGNS), "POST": _IN_FILES},
    f"{_STORE}/campaign/simulate": {"POST": Needs(Permission.SIMULATE, audited=False)},
    f"{_STORE}/campaign/{{campaign}}": {
        "GET": Needs(Permission.VIEW_CAMPAIGNS),
        "PUT": _IN_FILES,
        "PATCH": _IN_FILES,
        "DELETE": _IN_FILES,
    },
    f"{_STORE}/campaign/{{campaign}}/decision": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{_STORE}/campaign/{{campaign}}/codes": {
        "GET": Needs(Permission.VIEW_CAMPAIGNS),
        "POST": Needs(Permission.CHANGE_REWARDS),
    },
    f"{_STORE}/campaign/{{campaign}}/codes/generate": {"POST": Needs(Permission.CHANGE_REWARDS)},
    f"{_STORE}/member/{{member}}/campaign": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/campaign/visible": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/achievement": {"GET": Needs(Permission.VIEW_ACHIEVEMENTS), "POST": _IN_FILES},
    f"{_STORE}/achievement/trigger/member/{{member}}": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/achievement/{{achievement}}": {
        "GET": Needs(Permission.VIEW_ACHIEVEMENTS),
        "PUT": _IN_FILES,
        "PATCH": _IN_FILES,
    },
    f"{_STORE}/member/{{member}}/achievement/{{achievement}}/progress": {"PATCH": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/badge-type": {"GET": Needs(Permission.VIEW_ACHIEVEMENTS)},
    f"{_STORE}/badge-type/{{badgeType}}": {"GET": Needs(Permission.VIEW_ACHIEVEMENTS), "PUT": _IN_FILES},
    f"{_STORE}/member/{{member}}/badge/{{badgeType}}": {"PUT": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/tier": {"GET": MembersOnly()},
    f"{_STORE}/member/{{member}}/tierSet": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/tierSet/{{tierSet}}": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/tier": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/member/{{member}}/remove-manually-level": {"POST": Needs(Permission.CHANGE_MEMBERS)},
    f"{_STORE}/tierSet": {"GET": Needs(Permission.VIEW_TIERS), "POST": _IN_FILES},
    f"{_STORE}/tierSet/{{tierSet}}": {"GET": Needs(Permission.VIEW_TIERS), "PUT": _IN_FILES},
    f"{_STORE}/tierSet/{{tierSet}}/tiers": {"GET": Needs(Permission.VIEW_TIERS), "PUT": _IN_FILES},
    f"{_STORE}/tier": {"GET": Needs(Permission.VIEW_TIERS)},
    f"{_STORE}/tier/{{tier}}": {"GET": Needs(Permission.VIEW_TIERS), "PUT": _IN_FILES},
    f"{_STORE}/transaction": {
        "POST": Needs(Permission.CHANGE_TRANSACTIONS),
        "GET": Needs(Permission.VIEW_TRANSACTIONS),
    },
    f"{_STORE}/transaction/assign": {"POST": Needs(Permission.CHANGE_TRANSACTIONS)},
    f"{_STORE}/transaction/{{transaction}}": {
        "GET": Needs(Permission.VIEW_TRANSACTIONS),
        "PUT": Needs(Permission.CHANGE_TRANSACTIONS),
    },
    f"{_STORE}/transaction/{{transaction}}/labels": {
        "PUT": Needs(Permission.CHANGE_TRANSACTIONS),
        "DELETE": Needs(Permission.CHANGE_TRANSACTIONS),
    },
    f"{_STORE}/walletType": {"GET": Needs(Permission.VIEW_WALLETS), "POST": _IN_FILES},
    f"{_STORE}/walletType/{{walletType}}": {
        "GET": Needs(Permission.VIEW_WALLETS),
        "PUT": _IN_FILES,
    },
    f"{_STORE}/wallet/{{wallet}}": {"GET": Needs(Permission.VIEW_WALLETS)},
    f"{_STORE}/reward": {"GET": Needs(Permission.VIEW_REWARDS), "POST": _IN_FILES},
    f"{_STORE}/reward/{{reward}}": {"GET": Needs(Permission.VIEW_REWARDS), "PUT": _IN_FILES},
    f"{_STORE}/reward/{{reward}}/activate": {"POST": Needs(Permission.CHANGE_REWARDS)},
    f"{_STORE}/reward/{{reward}}/deactivate": {"POST": Needs(Permission.CHANGE_REWARDS)},
    f"{_STORE}/reward/{{reward}}/stock": {"PUT": Needs(Permission.CHANGE_REWARDS)},
    f"{_STORE}/reward/{{reward}}/members": {"GET": Needs(Permission.VIEW_MEMBERS)},
    f"{_STORE}/reward/{{reward}}/buy": {"POST": Needs(Permission.ISSUE_REWARDS, or_own=True)},
    f"{_STORE}/reward/{{reward}}/coupon": {
        "GET": Needs(Permission.VIEW_REWARDS),
        "POST": Needs(Permission.CHANGE_REWARDS),
    },
    f"{_STORE}/reward/{{reward}}/coupon/{{couponCode}}": {"DELETE": Needs(Permission.CHANGE_REWARDS)},
    f"{_STORE}/coupon/{{couponCode}}": {"GET": Needs(Permission.VIEW_REDEMPTIONS)},
    f"{_STORE}/rewardCategory": {"GET": Needs(Permission.VIEW_REWARDS), "POST": _IN_FILES},
    f"{_STORE}/rewardCategory/{{rewardCategory}}": {"GET": Needs(Permission.VIEW_REWARDS), "PUT": _IN_FILES},
    f"{_STORE}/rewardCategory/{{rewardCategory}}/active": {"POST": _IN_FILES},
    f"{_STORE}/redemption": {"GET": Needs(Permission.VIEW_REDEMPTIONS)},
    f"{_STORE}/redemption/{{issuedReward}}": {"GET": Needs(Permission.VIEW_REDEMPTIONS)},
    f"{_STORE}/redemption/{{issuedReward}}/cancel": {"POST": Needs(Permission.ISSUE_REWARDS)},
    f"{_STORE}/redemption/{{issuedReward}}/status": {"POST": Needs(Permission.ISSUE_REWARDS)},
    f"{_STORE}/redemption/{{issuedReward}}/status/history": {"GET": Needs(Permission.VIEW_REDEMPTIONS)},
    f"{_STORE}/member/reward": {"GET": MembersOnly()},
    f"{_STORE}/member/reward/bought": {"GET": MembersOnly()},
    f"{_STORE}/member/{{member}}/reward": {"GET": Needs(Permission.VIEW_MEMBERS, or_own=True)},
    f"{_STORE}/member/{{member}}/reward/redeem": {"POST": Needs(Permission.ISSUE_REWARDS)},
    f"{_STORE}/member/{{member}}/reward/reissue": {"POST": Needs(Permission.ISSUE_REWARDS)},
    f"{_STORE}/analytics/liability": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/dashboard/general-overview": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/units-overview/{{walletTypeCode}}": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/achievement/{{achievement}}/funnel": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/series/rewards": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/series/deliveries": {"GET": Needs(Permission.VIEW_WEBHOOKS)},
    f"{_STORE}/analytics/series/points/{{walletTypeCode}}": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/series/expiring/{{walletTypeCode}}": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/campaign/single-view/{{campaignId}}": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/members": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/points": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/transactions": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/referrals": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/levels": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/analytics/campaigns": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{_STORE}/import": {"GET": Needs(Permission.VIEW_IMPORTS)},
    f"{_STORE}/import/{{import}}": {"GET": Needs(Permission.VIEW_IMPORTS)},
    f"{_STORE}/import/{{import}}/report": {"GET": Needs(Permission.VIEW_IMPORTS)},
    f"{_STORE}/import/{{type}}": {"POST": Needs(Permission.IMPORT_FILES)},
    f"{_STORE}/import/{{import}}/pause": {"POST": Needs(Permission.IMPORT_FILES)},
    f"{_STORE}/import/{{import}}/resume": {"POST": Needs(Permission.IMPORT_FILES)},
    f"{_STORE}/import/{{import}}/cancel": {"POST": Needs(Permission.IMPORT_FILES)},
    f"{_STORE}/import/{{import}}/retry": {"POST": Needs(Permission.IMPORT_FILES)},
    f"{_STORE}/export": {"GET": Needs(Permission.VIEW_EXPORTS)},
    f"{_STORE}/export/{{export}}": {"GET": Needs(Permission.VIEW_EXPORTS)},
    f"{_STORE}/export/{{export}}/download": {"GET": Needs(Permission.EXPORT_DATA)},
    f"{_STORE}/export/{{export}}/retry": {"POST": Needs(Permission.EXPORT_DATA)},
    f"{_STORE}/export/{{type}}": {"POST": Needs(Permission.EXPORT_DATA)},
    f"{_STORE}/program": {"POST": Needs(Permission.DEPLOY_PROGRAMS), "GET": Needs(Permission.VIEW_PROGRAMS)},
    f"{_STORE}/program/rollback": {"POST": Needs(Permission.DEPLOY_PROGRAMS)},
    f"{_STORE}/program/draft": {"GET": _EDIT, "DELETE": Needs(Permission.EDIT_PROGRAMS)},
    f"{_STORE}/program/draft/file": {"GET": _EDIT, "PUT": _EDIT, "DELETE": _EDIT},
    f"{_STORE}/program/draft/problems": {"GET": _EDIT},
    f"{_STORE}/program/draft/blocks": {"GET": _EDIT, "PUT": _EDIT},
    f"{_STORE}/program/draft/completion": {"POST": _EDIT},
    f"{_STORE}/program/draft/tests": {"POST": _EDIT},
    f"{_STORE}/program/draft/plan": {"POST": _EDIT},
    f"{_STORE}/program/draft/backtest": {"POST": _EDIT, "GET": _EDIT, "DELETE": _EDIT},
    f"{_STORE}/program/draft/deploy": {"POST": Needs(Permission.DEPLOY_PROGRAMS)},
    f"{_STORE}/program/draft/rebase": {"POST": _EDIT},
    f"{_STORE}/program/{{revision}}": {"GET": Needs(Permission.VIEW_PROGRAMS)},
    f"{_STORE}/program/{{revision}}/difference": {"GET": Needs(Permission.VIEW_PROGRAMS)},
    f"{_STORE}/program/{{revision}}/plan": {"GET": Needs(Permission.DEPLOY_PROGRAMS)},
    f"{_STORE}/program/{{revision}}/backtest": {
        "POST": Needs(Permission.DEPLOY_PROGRAMS, audited=False),
        "GET": Needs(Permission.DEPLOY_PROGRAMS),
        "DELETE": Needs(Permission.DEPLOY_PROGRAMS, audited=False),
    },
    f"{_STORE}/simulate": {"POST": Needs(Permission.SIMULATE, audited=False)},
    f"{_STORE}/simulate/test": {"POST": Needs(Permission.SIMULATE, audited=False)},
    f"{_STORE}/customEvent/{{customEvent}}/test": {"GET": Needs(Permission.VIEW_EVENTS)},
    "/api/store": {"GET": Needs(Permission.VIEW_STORES), "POST": NeedsAllStores(Permission.CHANGE_STORES)},
    "/api/store/{store}": {"GET": Needs(Permission.VIEW_STORES), "PUT": NeedsAllStores(Permission.CHANGE_STORES)},
}

RULES: Rules = {(method, path): rule for path, rules in _RULES.items() for method, rule in rules.items()}


class UnruledRoute(Exception):
    """A route without a rule, so that anyone could call it, or a rule without a route; the message gives the cure."""


def check_rules(
    routes: Sequence[BaseRoute],
    rules: Rules,
    *,
    authenticating: frozenset[object] = AUTHENTICATING,
    table: str = "api/route_rules.py",
) -> None:
    """Raise UnruledRoute unless every route has a rule and follows it, and every rule has its route.

    `authenticating`: the dependencies of which a route has one, unless everyone may call it; `table`: where rules are.
    """
    operations = {
        (method, route.path): route for route in routes if isinstance(route, APIRoute) for method in route.methods or ()
    }
    missing, unknown = operations.keys() - rules.keys(), rules.keys() - operations.keys()
    if missing or unknown:
        raise UnruledRoute(f"{table}: add {_listed(missing)}; remove {_listed(unknown)}")
    for operation, route in operations.items():
        if not isinstance(rules[operation], Everyone) and not authenticating & set(_calls(route.dependant)):
            raise UnruledRoute(f"{_listed([operation])} authenticates nobody: take a CallerRequest, AdminRequest, ...")


def _calls(dependant: Dependant) -> Iterable[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _listed(operations: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{method} {path}" for method, path in sorted(operations)) or "nothing"
