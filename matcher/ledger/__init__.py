"""What a district remembers: its state, what a decision adds to it, and what is learned from it."""
