"""Pages of the program: its revisions, what each changed, and its files."""
