"""The search for better plans, and `solve`, which asks all engines."""
