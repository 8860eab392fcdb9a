"""Points: add, spend, block and transfer them, and the state of each transfer."""
