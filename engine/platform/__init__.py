"""What the operating system, its terminal, its network and its containers allow, and what they refuse, in words."""
