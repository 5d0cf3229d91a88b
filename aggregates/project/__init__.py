"""Project schemes: training bought as a whole for a target group."""
