"""ESS: scaling groups of Alibaba Cloud, their activities, hooks and refreshes, beside the clock and without a wire."""
