"""A round: from the ledger to a problem, from its plan to offers, and back into the ledger."""
