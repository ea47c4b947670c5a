"""Members: enrolled, changed, and found by what they are recognised by.

Invariants:
* An identity belongs to one member, whoever asks at the same moment.
* Values of identities are hashed as soon as they are read: no table, no event and no deed holds one.
"""
