"""The Discord side of Pareidolia: async, and never in one process with torch."""
