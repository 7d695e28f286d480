"""The gateway: Linli over HTTP. It has no privilege: whatever it is told becomes an event in the inbox."""
