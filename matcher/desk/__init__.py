"""The heart: `decide`, and what each kind of event does to the ledger."""
