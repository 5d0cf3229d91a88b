"""What is kept, how it is proven, and the doors."""
