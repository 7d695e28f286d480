"""Telling people: which way, in which words, how often, and never to an address that nobody allowed."""
