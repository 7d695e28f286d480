"""Where travel times come from besides the estimate: tables from files, routing servers, and trips that were made.

Everything here is fetched before a decision and handed to the matcher as a frozen table: the matcher has no network.
"""
