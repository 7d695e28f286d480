"""The processes: settings, wiring, command line, local runtime, demo."""
