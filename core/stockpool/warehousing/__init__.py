"""What keeping units at a network costs and allows: sizes, capacity, storage and removal fees."""
