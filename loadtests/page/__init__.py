"""The report page: one result, or several, as one self-contained HTML file in English or Chinese, for screen and A4.

facts       every figure, computed once             windows       percentiles over time, honestly
charts      what is drawn over what                 runs          several runs side by side
limits      what the run does not show              words         every sentence, in two languages
figures     how figures are written                 markup        HTML that cannot be left unescaped
judgement   question, verdict, promises             measurements  charts, latencies, other runs
outcomes    fates, ends, refusals                   workload      who came, on which machine
statement   a foreign platform's own word            questions     every question of the verdict
evidence    gate, limits, how to do it again        capacity      what a search for a capacity found
document    all of it, with style and script
"""
