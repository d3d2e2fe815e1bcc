"""Renders results. Computes nothing: every word comes from the result or from a label here."""
