"""What the fleets on AWS share: the one door to its SDK, and what is asked beside a group."""
