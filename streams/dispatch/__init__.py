"""The dispatcher: commands in, a round decided, all of its records in one transaction or none."""
