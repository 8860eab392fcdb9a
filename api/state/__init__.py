"""The state of the app, and the input of endpoints: the caller, the store and its program."""
