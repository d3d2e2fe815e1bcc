"""Maps of a place: what is to be drawn (`scene`), and how (`svg`, `png`, `geojson`, `interactive`)."""
