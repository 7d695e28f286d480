"""What is known of a visit that was made: hours, what is odd about them, and call-backs."""
