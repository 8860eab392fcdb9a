"""Lists of custom events, and what they can be filtered by."""

from api.paging import Listing, Wanted
from database import Transaction
from database.members import Identity
from database.pages import Condition, Found, Page
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program

LISTING = Listing(
    {
        "customerId": "name",
        "type": "text",
        "eventName": "text",
        "eventId": "text",
        "customEventId": "name",
        "customerData:email": "name",
        "customerData:phone": "name",
        "customerData:loyaltyCardNumber": "name",
        "createdAt": "instant",
        "eventDate": "instant",
        "status": "text",
    }
)

_COLUMNS = {
    "customerId": "member",
    "type": "type",
    "eventId": "external_id",
    "customEventId": "id",
    "createdAt": "received_at",
    "eventDate": "time",
    "status": "status",
}


def find_events(tx: Transaction, program: Program, page: Page, wanted: list[Wanted]) -> Found:
    """Custom events that fit; the members and types that clients name otherwise are looked up first."""
    conditions = [_condition(tx, program, each) for each in wanted]
    return tx.events.page(Page(page.limit, page.offset, page.newest_first, conditions), without=BUILT_IN)


def _condition(tx: Transaction, program: Program, wanted: Wanted) -> Condition:
    match wanted.field:
        case "eventName":
            names = [known.name for known in program.event_types.values() if _is_called(known.title, wanted)]
            return Condition("type", "in", names)
        case "customerData:email" | "customerData:phone" | "customerData:loyaltyCardNumber":
            return Condition("member", "in", [row["id"] for row in tx.members.matching(_identity(wanted))])
        case "customerId" | "customEventId":
            return Condition(_COLUMNS[wanted.field], wanted.operator, str(wanted.value).lower())
        case field:
            return wanted.on(_COLUMNS[field])


def _is_called(title: str, wanted: Wanted) -> bool:
    text = str(wanted.value)
    return text in title if wanted.operator == "like" else text == title


def _identity(wanted: Wanted) -> Identity:
    text = str(wanted.value)
    match wanted.field.partition(":")[2]:
        case "email":
            return Identity(email=text)
        case "phone":
            return Identity(phone=text)
        case _:
            return Identity(card=text)
