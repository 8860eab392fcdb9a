"""The grammar of program files, stated once: the keys of every map, each with its type and its documentation.

The reader, the schemas of editors, the words of differences and the tables of docs/designers.md are made from it.
"""
