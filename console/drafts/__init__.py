"""Pages of an administrator's draft of the program: its files, the editor, and conflicts with other changes."""
