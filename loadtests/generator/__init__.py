"""One process that loads: patients come when they are due, and each goes through the terminals' own flows.

driver      begins a visit at each due time         crowd      which patient comes with which arrival
visitor     performs a flow's effects               connection, switchboard   one terminal's line, and all of them
prepared, preparation    dialogues made before the first arrival, and who makes them
storm       every terminal signs on within the run  weather    performs a scenario's faults
recorder    what the process sees, visit by visit   windowed   whom nothing is measured of, counted as they come
"""
