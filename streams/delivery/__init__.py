"""What delivery reads and writes, so that nobody is told twice or in other words."""
