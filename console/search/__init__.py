"""The one search field: what somebody pastes is looked up everywhere, and a single hit is opened."""
