"""The command `shuaka`: one thin module a subcommand, and the composition root."""
