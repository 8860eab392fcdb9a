"""Settings of a store: what is set here, what the files of the program say, and which of them applies."""
