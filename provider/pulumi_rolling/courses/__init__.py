"""Where courses of rollouts are kept: a folder of the user's, and a bucket where one is configured."""
