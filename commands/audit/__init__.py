"""`laurel audit`: prove that the ledger of a store adds up."""
