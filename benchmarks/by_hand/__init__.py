"""The same questions as queries written by hand, to compare with: run as scripts, in processes of their own."""
