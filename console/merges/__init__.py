"""Pages of merges: choose two members, preview, and merge them for a reason; the list, and the progress of one."""
