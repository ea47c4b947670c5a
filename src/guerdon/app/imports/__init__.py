"""Imports: files of events become the books of a database, by the batch's reading and the service's recording."""
