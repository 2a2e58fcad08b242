"""Amazon ECS services, which the service itself rolls."""
