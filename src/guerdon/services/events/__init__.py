"""Events: recorded one by one or a thousand at a time."""
