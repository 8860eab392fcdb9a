"""The timeline of a member."""
