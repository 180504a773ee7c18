"""What a run leaves behind, and whether it may be believed.

testimony   what processes saw: travels and adds up    watch      the engine while it is loaded
result      the one JSON of a run                      stated     the figures as they may be printed
memory      how much the engine held, and more        disturbance    what peaks and faults make of the figures
gate        client, engine and ledger must agree       stories    what a mix promises must have happened
history, host    what a run's journals claim, at which host
comparison, proof, proved, platform_time, platform_report    not ours: our claims against its statement, and the gate
provenance, checkout, disk    on which machine and file system, from which code
seal, recount, verification    everything computed again     report     a run in words for a terminal
course      a run over time in two lines of marks
"""
