"""The worker: posts what falls due and seals what was posted, over and over. Any number of workers may be at it."""
