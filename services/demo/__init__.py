"""The synthetic county and its simulated day."""
