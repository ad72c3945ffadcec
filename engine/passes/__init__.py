"""Passes through networks on a GPU: `(network, what each job asks) => where its objective rises`.

A GPU takes as long for eight crops as for one, and longer to be told what to do than to do it. So the crops of several
jobs go through a network together, and what it is told is recorded once. All of it also runs on a CPU, where it is
tested, and where it gains nothing: there `ascent.crop_gradients` has crops side by side.

joint_gradient  several jobs' pictures in one batch
recorded_passes a network's work recorded, as CUDA graphs on a GPU, and run again
shared_passes   where jobs, each in a thread of its own, meet
"""
