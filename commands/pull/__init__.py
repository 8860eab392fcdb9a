"""`laurel pull`: the program in force, written into a folder."""
