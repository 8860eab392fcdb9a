"""`laurel export`: write data of a store into a file, by the export workflow of a running Laurel or its workers."""
