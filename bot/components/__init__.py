"""What can be pressed or filled in: `custom_id => request`."""
