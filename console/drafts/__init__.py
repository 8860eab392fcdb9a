"""Pages of an administrator's draft of the program: its files, the editor, and what others changed meanwhile."""
