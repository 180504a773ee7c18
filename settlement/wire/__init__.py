"""The language that terminals and host share: messages, refusals, frames, keys and sessions.

The receiver publishes it, so it lives with the host; terminals and load know the host through it alone.
Nothing here performs I/O, reads a clock or draws chance.

codes      transaction codes and refusals       messages   what a request and its reply say
bank       the same of the bank leg             envelope   what stands around a message
framing    where a message ends on a stream     keys       derivation, MAC and PIN block
session    one terminal's side of a signed-in conversation
"""
