"""The words that every machine shares. Each has one home here, and is imported from it."""
