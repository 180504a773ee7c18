"""Where the card is: the port `reader.Reader`, its implementations, and wrappers of the same shape.

simulated   a chip of cardsim       pcsc        a real reader; pcsc_pipe, pcsc_process  its process
trace       what passes, masked     slow        as long as a line takes; timing computes it
session     to a file and back      budget      what may cost a card a try      ours  whose card it is
"""
