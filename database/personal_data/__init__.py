"""The personal data of one member: which rows are about them, how they are exported, and how they are erased."""
