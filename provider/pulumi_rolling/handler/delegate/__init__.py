"""What is true before the delegate machine rolls a group by the service's own operation."""
