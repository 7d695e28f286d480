"""What OR-Tools proves: tours enumerated or priced, packed to the optimum, and bounds that no plan can beat."""
