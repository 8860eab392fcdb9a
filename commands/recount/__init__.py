"""`laurel recount`: count the figures by day anew."""
