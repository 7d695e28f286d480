"""Where one more visit goes: the answer when there is no time, and what every other engine begins with."""
