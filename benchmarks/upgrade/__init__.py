"""A running Laurel of an earlier commit is replaced by this tree, with work in every state."""
