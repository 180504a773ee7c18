"""What came to the doors and what became of it, kept for people to look at; nothing here is read by the engine.

entry   one call as it is kept      masking  identity, card and token fields become keyed hashes
writer  a thread beside the loop    files    two files in turn, and how they are read
"""
