"""The books as a whole: what fell due is posted, journals are sealed, everything is verified."""
