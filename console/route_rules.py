"""Who may open which page, and send which form: the rule of every route of the console."""

from collections.abc import Mapping

from access import Permission
from api.authentication.rules import AnyAdministrator, Everyone, Needs, Rule, Rules

STORE = "/console/stores/{storeCode}"

_RULES: Mapping[str, Mapping[str, Rule]] = {
    "/console/static/{hash}/{name:path}": {"GET": Everyone()},
    "/console": {"GET": AnyAdministrator()},
    "/console/log-in": {"GET": Everyone(), "POST": Everyone()},
    "/console/log-out": {"POST": AnyAdministrator()},
    "/console/session": {"GET": AnyAdministrator(), "POST": Everyone()},
    "/console/theme": {"POST": Everyone()},
    STORE: {"GET": AnyAdministrator()},
    f"{STORE}/figures": {"GET": Needs(Permission.VIEW_ANALYTICS)},
    f"{STORE}/search": {"GET": AnyAdministrator()},
    f"{STORE}/events": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{STORE}/events/{{customEvent}}": {"GET": Needs(Permission.VIEW_EVENTS)},
    f"{STORE}/events/{{customEvent}}/retry": {"POST": Needs(Permission.RETRY_PROCESSING)},
}

RULES: Rules = {(method, path): rule for path, rules in _RULES.items() for method, rule in rules.items()}
