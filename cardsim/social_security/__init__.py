"""The social security application: its file plan and keys as data, its PIN, and the table of its commands.

Read `layout` and `key_plan` first, then `keys` and `pin` (what counts tries), then `table`, which names the functions
of `file_commands`, `pin_commands` and `key_commands`.
"""
