"""A load on a platform by the national interface over HTTP: ours at that door, or one that is not ours.

door           how the interface is spoken to: frozen, part of a plan
messages       our messages as the interface's JSON       answers      a platform's answers as our replies
gateway        one signed POST, and what came back        connection   a terminal's line: exchange, close
lines          the lines of one process, under one guard  ceilings     what ends a run before it does harm
target         what a platform's owner states             target_rules, target_file   held to its rules, and read
people, items  its people and what they buy               rows         CSV, with errors by line
crowd          who comes, of these people                 platform_time   the platform's share of a reply's time
history        what a run's journals claim                statement    3201, 3202 and the files of their rows
proof          claims against a statement: pure           proving      asks for the statement, and compares
clerk          who asks the host after the run            undo         revokes or reverses all that a run settled
order          what both need to know of the platform     words        what it all adds to a report
"""
