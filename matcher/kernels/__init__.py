"""The inner loops, compiled: flat integer arrays in, flat integer arrays changed in place. No clock, no floats."""
