"""Celebrations: birthdays and anniversaries, recorded as events of their members' accounts (S14)."""
