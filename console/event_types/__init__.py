"""Pages of event types: those in force, and creating a new one."""
