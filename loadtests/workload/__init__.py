"""What one load run is before it starts: data, from a scenario's TOML to the plan that every process gets.

scenario, scenario_rows, settings, shares   a rehearsal as a TOML file, its words and their checks
faults      what goes wrong on purpose, and when
plan        a run, frozen: one JSON file            door       how a platform's national interface is reached
subjects    what a threshold may name in a run  expectations    what a settings file should have held
samples     who will be measured, and which promises that is too few for
"""
