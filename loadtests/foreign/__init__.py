"""A load on a platform by the national interface over HTTP: ours at that door, or one that is not ours.

messages       our messages as the interface's JSON       answers      a platform's answers as our replies
gateway        one signed POST, and what came back        connection   a terminal's line: exchange, close
lines          the lines of one process, under one guard  ceilings     what ends a run before it does harm
target         what a platform's owner states             target_rules, target_file   held to its rules, and read
people, items  its people and what they buy               rows         CSV, with errors by line
crowd          who comes, of these people                 order          what a run's desk must know of the platform
statement      3201, 3202 and the files of their rows     totals         3201 held against our claims
proving        asks for the statement, and compares       clerk          who asks the host after the run
undo           undoes all that our books hold             remainder      undoes what only the platform's rows show

How the interface is spoken to is part of a plan: workload.door. A run's journals, its claims held against a statement
and the words of a proof are evidence: evidence.history, comparison, proof.
"""
