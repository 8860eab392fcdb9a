"""Wallets and wallet types: read here, written in program files."""
