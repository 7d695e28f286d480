"""Things fetched at one place and brought to another, several aboard at once: problem, search and checker."""
