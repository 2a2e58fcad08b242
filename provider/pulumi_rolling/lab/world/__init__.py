"""The world of the lab: groups, members and their lives, with its own clock; it knows no HTTP and no moto."""
