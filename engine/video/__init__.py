"""Strangers' videos: `file => frames of one size at a constant rate, and the sound`, opened in a child that may die.

reader        who asks, and believes nothing
reader_child  the isolated process, one for each question
frames        what it does with a file
last_frame    where an MP4 ends
picture_length  how long a GIF or a WebP lasts
frame_times   frames at whatever times => frames at a constant rate
optical_flow  how a picture moved into the next one, by OpenCV
"""
