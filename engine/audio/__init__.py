"""What is heard with a film: `file => sound, and when its beats are`.

sound_file  a file's sound as samples
beats       where its beats are, and how a zoom moves to them
"""
