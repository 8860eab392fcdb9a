"""Points: adding, spending, blocking, moving between members, and what became of each transfer."""
