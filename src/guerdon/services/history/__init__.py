"""History: what happened before the service began, brought into its books many accounts at a time."""
