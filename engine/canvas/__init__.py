"""The thing being painted: `steps => picture`.

pixels    a picture and the ink dreamed into it
colour    calmer colours
mask      where it is dreamed
noise     a picture to start from where there is none
page      pictures and words on one dark page
opening   what a recipe begins with
resample  pictures at other sizes
"""
