"""What each memory size would mean for the user's own function: how fast it answers, and what that costs."""
