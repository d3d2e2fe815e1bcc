"""The local page: the same engine behind a small JSON API on the loopback interface. Never imported by other commands.

``guard`` decides which requests are answered at all, ``engine`` answers them, ``app`` ties both to WSGI, ``run`` starts
the server library, ``openapi`` describes the API. The page itself is plain HTML, CSS and JavaScript in ``static/``.
"""
