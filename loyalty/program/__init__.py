"""What a program says, and what its rules may read."""
