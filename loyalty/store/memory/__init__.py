"""The repositories of a store that is kept in memory."""
