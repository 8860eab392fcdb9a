"""Messages that send a code to a member."""

from dataclasses import replace

from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.store.codes import MemberCode
from loyalty.tiers.messages import send_tier_changed
from loyalty.webhooks.messages import (
    CustomerEmailWasChanged,
    CustomerPhoneNumberWasChanged,
    CustomerRequestedPasswordReset,
    CustomerRequestedSendActivationCode,
    CustomerWasRegisteredWithoutActivation,
    placeholder,
)


def send_registered_without_activation(context: EventContext) -> None:
    """Send `CustomerWasRegisteredWithoutActivation`, and `CustomerLevelChanged` for the member's first tier."""
    code = placeholder(_code_id(context))
    context.outbox.send(
        CustomerWasRegisteredWithoutActivation,
        lambda: CustomerWasRegisteredWithoutActivation(customer=customer(context), code=code),
    )
    if context.member.tier is not None:
        send_tier_changed(context, context.member.tier, up=True)


def send_activation_code(context: EventContext) -> None:
    """Send `CustomerRequestedSendActivationCode`."""
    code = placeholder(_code_id(context))
    context.outbox.send(
        CustomerRequestedSendActivationCode,
        lambda: CustomerRequestedSendActivationCode(customer=customer(context), code=code),
    )


def send_password_code(context: EventContext) -> None:
    """Send `CustomerRequestedPasswordReset`."""
    code = placeholder(_code_id(context))
    context.outbox.send(
        CustomerRequestedPasswordReset,
        lambda: CustomerRequestedPasswordReset(customer=customer(context), code=code),
    )


def send_email_change(context: EventContext) -> None:
    """Send `CustomerEmailWasChanged`, with the new email, to which the code is sent."""
    code = _code(context)
    if code is not None:
        context.outbox.send(
            CustomerEmailWasChanged,
            lambda: CustomerEmailWasChanged(
                customer=replace(customer(context), email=code.value), code=placeholder(code.id)
            ),
        )


def send_phone_change(context: EventContext) -> None:
    """Send `CustomerPhoneNumberWasChanged`, with the new phone, to which the code is sent."""
    code = _code(context)
    if code is not None:
        context.outbox.send(
            CustomerPhoneNumberWasChanged,
            lambda: CustomerPhoneNumberWasChanged(
                customer=replace(customer(context), phone=code.value), code=placeholder(code.id)
            ),
        )


def _code(context: EventContext) -> MemberCode | None:
    """Return the code of the event; None if it was removed long after it expired."""
    return context.tx.codes.get(_code_id(context))


def _code_id(context: EventContext) -> str:
    return str(context.event.body["code_id"])
