"""A dream as an emoji, a sticker, an avatar or a banner: files for who asks, and for the server's own expressions."""
