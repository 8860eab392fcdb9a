"""HTTP for every resource: requests, responses, lists, errors, routes, the OpenAPI document."""
