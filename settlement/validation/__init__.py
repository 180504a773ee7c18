"""Whole scenarios on an engine in memory: what is asked, in the national interface's words, and what must come of it.

scenario_file   what a scenario may say         people   who takes part
forms           inputs, filled in               play     the engine and its clock, one step after the other
differences     what is not as expected
"""
