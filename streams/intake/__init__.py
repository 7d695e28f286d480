"""From a stranger's record to a command or a dead letter, one at a time."""
