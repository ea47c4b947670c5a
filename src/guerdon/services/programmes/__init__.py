"""Programmes: published, scheduled by the day a version takes effect, and rolled back."""
