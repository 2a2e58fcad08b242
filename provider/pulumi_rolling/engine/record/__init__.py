"""What stands on the group while a rollout is unfinished: the record of each machine, its pieces, people's requests."""
