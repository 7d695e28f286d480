"""Stories of a dispatch centre, each on the real stack."""
