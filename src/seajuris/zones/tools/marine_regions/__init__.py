"""Import of the maritime boundaries of Marine Regions (Flanders Marine Institute), in their published schema.

1. :mod:`.archive` unpacks what was downloaded, within limits.
2. :mod:`.reader` reads the layers, tells which product each is (:mod:`.products`) and checks the reference system.
3. :mod:`.shapes` makes polygons that stay within ±180°, with short edges along what the source means.
4. :mod:`.claimants` reads who claims a polygon; :mod:`.claims` adds what is known of the claims.
5. :mod:`.assemble` takes apart what overlaps by construction; :mod:`.lines` finds limits and baselines.
6. :mod:`.importer` does all that and writes GeoPackage and manifest.
"""
