"""A load from its question to its judged result, for the commands that rehearse: one run, many, or one elsewhere.

order        what is asked for: a scenario and what options changed      load_plan   the plan of one run
load_child, locust_command, live_view    Locust as a child: started, followed, shown, ended
rehearsal    leased, run, judged            beside_locust    the same for a plain locust
lane         one load at a time on the same terminals      place    the directory of a run
series, exploration, pairing    many runs: numbered, rested between, in search of a rate or in pairs
own_door     our own national door          foreign, foreign_plan, announcement, undoing    a platform that is not ours
"""
