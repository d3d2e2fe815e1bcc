"""The cell index of a zone file: which zones lie at millions of positions, most of them without any geometry."""
