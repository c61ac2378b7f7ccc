"""Events, their recurrence and their categories: pure, with every time a parameter."""
