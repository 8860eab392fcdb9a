"""What the database keeps of one member: which rows are about them, how they are exported, and how they are erased."""
