"""The doors: tcp for terminals, national for software of others, admin for the operator of this engine."""
