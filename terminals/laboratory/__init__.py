"""The laboratory: named checks of one card, over any reader, and the report of what was found.

Checks are data (`check.Check`, one table a group, all of them in `catalogue`); a check's flow is a generator of
`effects`, performed by a `bench` over readers and judged by the `runner`; `report` is the result as a value, and
`markdown` and `page` are two ways of printing it. No test of conformity: the names follow the parts of LD/T 32 and
LD/T 6001 where they correspond, from public descriptions.
"""
