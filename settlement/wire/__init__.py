"""The language that terminals and host share: messages, refusals, frames, keys and sessions.

The receiver publishes it, so it lives with the host; terminals and load know the host through it alone.
Nothing here performs I/O, reads a clock or draws chance. A map of its rooms:

messages, codes            what a request and its reply say, by infno; kinds and refusals
*_codes                    the refusals of one area each (refusal says what one is)
bank*, hospital, making, services, clearing, ...   the messages of one area each
service_catalogue, named   the card services by name, and messages as JSON by the names of their fields
national*                  the interface's own form: tables, traps, values
envelope, framing          what stands around a message, and where one ends on a stream
keys, session, signature   derivation, MAC, PIN block; one terminal's side of a conversation; AK and SK
names                      institutions, terminals, messages and times, as they are written
"""
