"""Where the card is: the port `reader.Reader`, its implementations, and wrappers of the same shape."""
