"""What is owed to whom, and when: leads, subscriptions, the plan, and the states of a delivery. Pure."""
