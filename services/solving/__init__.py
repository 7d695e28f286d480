"""The matcher alone: problems in VROOM's JSON format in, solutions in the same format out."""
