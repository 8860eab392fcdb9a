"""`laurel export`: writes what a store has into a file, by the export workflow of a running Laurel or its workers."""
