"""ECS: services whose deployments start and stop tasks, on the same agenda as everything else in the world."""
