"""Maritime zones: reading the data, measuring on the ellipsoid, placing a position. Knows no criminal law."""
