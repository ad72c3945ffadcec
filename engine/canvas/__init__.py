"""The thing being painted: `steps => picture`.

pixel_canvas                   a picture and the ink dreamed into it
fourier_canvas, phase_canvas   pictures out of nothing, as spectra; fourier_overlay over a picture
colour                         calmer colours, another picture's colours
mask                           where it is dreamed
noise                          a picture to start from where there is none
class_sketch                   what a class roughly looks like, to start from
initial_image                  what a recipe begins with
page_layout, image_grid        pictures and words on one dark page; pictures side by side
resample, pillow_image         pictures at other sizes; as Pillow has them
"""
