"""Pages of event types: those in force, and making a new one."""
