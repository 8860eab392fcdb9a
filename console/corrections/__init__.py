"""Pages of corrections: previewed before they are made, approved by a second person, undone."""
