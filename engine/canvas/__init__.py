"""The thing being painted: `steps => picture`.

pixel_canvas                   a picture and the ink dreamed into it
fourier_canvas, fourier_overlay
                               pictures out of nothing, as spectra; waves over a picture
looped_waves, looped_overlay   waves that change in time, and come back
colour_matching, colour_smoothing, band_matching
                               another picture's colours; colours coarser than light; a zoom's contrast at each size
guided_filter, box_filter, background_blur, smoothstep
                               smoothing; what is behind a thing, out of focus; a soft step
mask, spots                    where it is dreamed
noise                          a picture to start from where there is none
class_sketch                   what a class roughly looks like, to start from
initial_image                  what a recipe begins with
camera, motion                 a zoom's camera; what moved between two frames
similarity, changed_share      how alike two pictures are
page_layout, image_grid        pictures and words on one dark page; pictures side by side
resample, pillow_image         pictures at other sizes; as Pillow has them
"""
