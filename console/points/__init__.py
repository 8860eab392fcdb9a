"""Pages of the movements of points."""
