"""The state of the app, and what an endpoint gets of it: the caller, the store and its program."""
