"""How often a key may ask: a bucket of tokens for each, which fills steadily, and the headers that say so."""

from typing import Final

Header = tuple[bytes, bytes]


class Bucket:
    """The tokens of one key; `at` is when they were counted."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at


class Buckets:
    """The buckets of all keys, each of `burst` tokens, filled in `seconds`."""

    def __init__(self, burst: int, seconds: int) -> None:
        self._burst: Final = burst
        self._rate: Final = burst / seconds
        self._buckets: Final[dict[str, Bucket]] = {}
        self._policy: Final = (b"ratelimit-policy", f'"key";q={burst};w={seconds}'.encode())

    def take(self, key: str, at: float) -> tuple[int, list[Header]]:
        """Take a token: return in how many seconds there is one (0: it was taken), and the headers."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._burst, at)
        bucket.tokens = min(self._burst, bucket.tokens + (at - bucket.at) * self._rate)
        bucket.at = at
        wait = 0 if bucket.tokens >= 1 else int((1 - bucket.tokens) / self._rate) + 1
        if not wait:
            bucket.tokens -= 1
        full = int((self._burst - bucket.tokens) / self._rate) + 1
        limit = b'"key";r=%d;t=%d' % (bucket.tokens, wait or full)
        return wait, [self._policy, (b"ratelimit", limit)]

    def put_back(self, key: str) -> None:
        """Put a token back: what it was taken for does not count."""
        self._buckets[key].tokens += 1
