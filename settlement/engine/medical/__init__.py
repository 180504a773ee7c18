"""The medical leg: who is entitled to what, how a bill falls into shares, settlement and its undo."""
