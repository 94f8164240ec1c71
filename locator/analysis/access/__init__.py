"""Count who reaches what: coverage, gaps, equity, supply."""
