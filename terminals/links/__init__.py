"""Where the host is: the port `link.Link`, its implementations, and wrappers of the same shape."""
