"""The thing being painted: `steps => picture`.

pixels    a picture and the ink dreamed into it
colour    calmer colours
noise     a picture to start from where there is none
opening   what a recipe begins with
resample  pictures at other sizes
"""
