"""Pure functions from what is to be said to what Discord is given."""
