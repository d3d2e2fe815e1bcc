"""Looking after zone data: describing, checking, comparing and importing them. Never loaded to place a position."""
