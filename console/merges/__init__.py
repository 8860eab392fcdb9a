"""Pages of merges: both members chosen, previewed, merged for a reason; the list, and how far one is."""
