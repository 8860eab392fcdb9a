"""The history of a member: all entries, in one order."""
