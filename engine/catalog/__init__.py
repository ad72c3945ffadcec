"""What is known of networks without torch: layers, labels, subjects, and the words that people use for them."""
