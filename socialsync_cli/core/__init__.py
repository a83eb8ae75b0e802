"""Pure records and decisions: no clock, no network, no file, no randomness lives here; those come in as arguments."""
