"""The board: the log folded into a read model in Redis, rebuilt when it cannot be trusted."""
