"""The search attributes by which ops find workflows in the Temporal UI."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from loyalty.references import NOBODY, EventRef

STORE = SearchAttributeKey.for_keyword("LaurelStore")
EVENT_TYPE = SearchAttributeKey.for_keyword("LaurelEventType")
MEMBER = SearchAttributeKey.for_keyword("LaurelMember")
OUTCOME = SearchAttributeKey.for_keyword("LaurelOutcome")

SEARCH_ATTRIBUTES = (STORE, EVENT_TYPE, MEMBER, OUTCOME)


def attributes_of_event(event: EventRef) -> TypedSearchAttributes:
    """Return the search attributes of an event's workflow at its start."""
    whose = [] if event.member == NOBODY else [SearchAttributePair(MEMBER, event.member)]
    return TypedSearchAttributes(
        [SearchAttributePair(STORE, event.store), SearchAttributePair(EVENT_TYPE, event.type), *whose]
    )


def attributes_of_store(store: str) -> TypedSearchAttributes:
    """Return the search attributes of a workflow without a single event."""
    return TypedSearchAttributes([SearchAttributePair(STORE, store)])


def attributes_of_member(store: str, member: str) -> TypedSearchAttributes:
    """Return the search attributes of a workflow about one member."""
    return TypedSearchAttributes([SearchAttributePair(STORE, store), SearchAttributePair(MEMBER, member)])


async def register_search_attributes(client: Client) -> None:
    """Register missing search attributes in the client's namespace."""
    service = client.operator_service
    known = await service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    missing = {
        key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        for key in SEARCH_ATTRIBUTES
        if key.name not in known.custom_attributes
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await service.add_search_attributes(request)
