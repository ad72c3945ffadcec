"""What happens again and again in channels that an admin gave for it, each off until it is switched on."""
