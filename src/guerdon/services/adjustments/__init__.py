"""Adjustments: points given or taken off by hand, within what their reasons allow, by two persons where these say so."""
