"""The words: events, life cycle, topic registry, errors, menu and admission lists. Pure."""
