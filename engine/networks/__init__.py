"""Networks that dream: `name => Network`.

network         what everyone else sees: activations by layer, own normalisation
sequential_blocks, stages
                what all are made of; efficientnet_lite is what dreams by crops, face_detector what spares people
usual_statistics
                how usual activations are
first_convolution, classifier_head
                the cheap gradient of the first convolution; a classifier that slides
frugal, fused_convolution, fused_stages, convolution_step, onednn, packed_weights, part_strips,
small_index_pool, pooled_convolution, strips
                what keeps less and runs faster on a CPU
pocket          the network inside the package
googlenet, caffe_googlenet, inception5h, vgg, resnet, squeezenet
                the classic ones, and those that users bring, each cut into stages
inception, local_response_norm
                what GoogLeNets are made of
torchvision_models, sequential_trunk, architectures
                theirs, and all of them, by name
weights, download
                their files
loading         a network by its catalogue name
"""
