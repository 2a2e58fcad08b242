"""What people are told of a rollout where they are: by webhook, by an SNS topic, by a chat."""
