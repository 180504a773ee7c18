"""Many runs of one question: which rate holds, and is B another than A.

search, latency, capacity, capacity_report     the highest rate that keeps its promises, and its curve
comparable, compare, compare_report            may runs be compared, and what their ratio says
changed                                        what the runs of a series changed of their scenario
"""
