"""Pages of members: find, show and change them."""
