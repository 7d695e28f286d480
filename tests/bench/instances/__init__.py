"""Public instances of the field's own benchmarks, read from where the user keeps them and judged by their rules."""
