"""The title of every form of the console that the audit log has, as people read it there.

A form that does what one operation of the API does has the title of that.
"""

from collections.abc import Mapping

from console.route_rules import STORE

_DRAFT = f"{STORE}/program/draft"
_ROLL_BACK = f"{STORE}/program/{{revision}}/roll-back"

FORM_TITLES: Mapping[str, str] = {
    "/console/log-out": "Log out",
    "/console/password": "Change the caller's password",
    "/console/new-store": "Create a store",
    "/console/administrators/new": "Create an administrator",
    "/console/administrators/{admin}": "Change an administrator",
    "/console/roles/new": "Create a role",
    "/console/roles/{role}": "Change or delete a role",
    f"{STORE}/events/{{customEvent}}/retry": "Retry an event",
    f"{STORE}/event-types/_new": "Write the file of an event type",
    f"{STORE}/members/new": "Register a member",
    f"{STORE}/members/{{member}}/change": "Change a member",
    f"{STORE}/members/{{member}}/activate": "Activate a member",
    f"{STORE}/members/{{member}}/deactivate": "Deactivate a member",
    f"{STORE}/members/{{member}}/freeze": "Freeze a member",
    f"{STORE}/members/{{member}}/unfreeze": "Unfreeze a member",
    f"{STORE}/members/{{member}}/anonymize": "Anonymize a member",
    f"{STORE}/members/{{member}}/correct": "Correct a member",
    f"{STORE}/members/{{member}}/give": "Give a reward",
    f"{STORE}/redemptions/{{issued}}/cancel": "Cancel an issued reward",
    f"{STORE}/redemptions/{{issued}}/status": "Change the status of an issued reward",
    f"{STORE}/redemptions/{{issued}}/use": "Use a coupon",
    f"{STORE}/redemptions/{{issued}}/reissue": "Mark a used coupon as unused",
    f"{STORE}/merges/new": "Merge a member into another",
    f"{STORE}/corrections/{{correction}}/approve": "Approve a correction",
    f"{STORE}/corrections/{{correction}}/reject": "Reject a correction",
    f"{STORE}/corrections/{{correction}}/undo": "Undo a correction",
    f"{STORE}/transactions/{{transaction}}/assign": "Assign a transaction to a member",
    f"{STORE}/transactions/{{transaction}}/labels": "Set labels of a transaction",
    f"{STORE}/transactions/{{transaction}}/return": "Report a return",
    f"{STORE}/settings": "Change settings",
    f"{STORE}/rewards/{{reward}}/stock": "Set the stock of a reward",
    f"{STORE}/rewards/{{reward}}/codes": "Upload codes",
    f"{STORE}/rewards/{{reward}}/codes/{{code}}/delete": "Delete a code",
    f"{STORE}/rewards/{{reward}}/pause": "Pause a reward",
    f"{STORE}/rewards/{{reward}}/resume": "Resume a reward",
    f"{_DRAFT}/discard": "Discard your draft",
    f"{_DRAFT}/plan": "Deploy your draft",
    _ROLL_BACK: "Roll back a program",
    f"{_ROLL_BACK}/backtest": "Start a backtest of a rollback",
    f"{_ROLL_BACK}/backtest/cancel": "Cancel the backtest of a rollback",
    f"{STORE}/simulate": "Simulate an event",
    f"{STORE}/imports/new/{{type}}": "Import a file",
    f"{STORE}/imports/{{import}}/{{change}}": "Pause, resume, cancel or retry an import",
    f"{STORE}/exports": "Export a file",
    f"{STORE}/exports/{{export}}/retry": "Retry an export",
    f"{STORE}/webhooks/new": "Subscribe to a webhook",
    f"{STORE}/webhooks/deliveries/{{delivery}}/resend": "Resend a delivery",
    f"{STORE}/webhooks/resends/new": "Resend many deliveries",
    f"{STORE}/webhooks/resends/{{resend}}/cancel": "Cancel a resend",
    f"{STORE}/webhooks/expiring-notifications": "Change the days of notice",
    f"{STORE}/webhooks/store-secret/rotate": "Rotate the store's secret",
    f"{STORE}/webhooks/{{subscription}}/edit": "Change a subscription",
    f"{STORE}/webhooks/{{subscription}}/test": "Test a subscription",
    f"{STORE}/webhooks/{{subscription}}/rotate": "Rotate the secret of a subscription",
    f"{STORE}/webhooks/{{subscription}}/end": "End a subscription",
    f"{STORE}/webhooks/{{subscription}}/recover": "Resend the deliveries that failed since a time",
}
