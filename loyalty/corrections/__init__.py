"""Corrections of members by hand: with a reason, within bounds or approved by a second person, undone at most once."""
