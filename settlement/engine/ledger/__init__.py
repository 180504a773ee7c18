"""What is kept: the tables, the double entry between them, and the names of what they hold."""
