"""The history of a member: everything that happened, in one order."""
