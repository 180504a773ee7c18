"""What a run leaves behind, and whether it may be believed.

testimony   what processes saw: travels and adds up    watch      the engine while it is loaded
result      the one JSON of a run                      stated     the figures as they may be printed
gate        client, engine and ledger must agree       stories    what a mix promises must have happened
history, proof, platform_time, platform_report         a platform that is not ours: our journal against its statement
provenance, disk    on which machine and file system, from which code
seal, recount, verification    everything computed again     report     a run in words for a terminal
"""
