"""Events: the built-in types, the decision on one, and the unit of work that applies it."""
