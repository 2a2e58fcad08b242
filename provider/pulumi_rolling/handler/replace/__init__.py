"""What is true before the replace machine rolls a group, and what is listened to meanwhile."""
