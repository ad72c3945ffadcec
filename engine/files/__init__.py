"""Pictures as files: strangers' bytes made safe, blobs kept, and what a file of ours says of itself. No torch."""
