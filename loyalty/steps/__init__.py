"""The steps that answer an event, each against a store's books: the database's, or some in memory."""
