"""What a tester sets by hand in an engine that was started with --control; no rule of the field stands here."""
