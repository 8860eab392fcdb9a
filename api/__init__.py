"""The HTTP API: one package a resource, with the same file names in each.

routes.py       endpoints
schemas.py      request bodies (pydantic models) and answers (TypedDicts)
validation.py   request bodies as values of the domain, or BadInput with every fault
filters.py      the filters of a list, as conditions on columns
views.py        records as answers

Errors and refusals become responses by the tables in `api.http.errors`.
"""
