"""The engine: an event is decided and applied, and due items are run."""
