"""What somebody asks for and somebody else may have to agree to: adjustments, transfers."""
