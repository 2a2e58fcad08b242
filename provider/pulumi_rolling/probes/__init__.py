"""What users have run for each member, on the machine where ``pulumi up`` runs: commands, and requests by HTTP."""
