"""The connection to Discord: the client, how often it may connect, and how an interaction is answered."""
