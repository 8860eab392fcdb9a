"""What every resource needs of HTTP: requests, responses, lists, errors, routes, the OpenAPI document."""
