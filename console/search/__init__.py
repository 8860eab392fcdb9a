"""The search field: a pasted text is looked up everywhere, and a single hit is opened."""
