"""A day in virtual time: the real intake's judgement and the real desk, simulated people, no broker."""
