"""The filters of the list of event types."""

from api.http.paging import ListQuery

LIST_QUERY = ListQuery({"eventType": "text", "name": "text", "active": "boolean"})
