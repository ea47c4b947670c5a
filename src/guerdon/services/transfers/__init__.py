"""Transfers: points that members pass on to others, within what the programme allows, by two persons where it says so."""
