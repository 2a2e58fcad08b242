"""What stand-ins for providers' plugins have in common: the engine's service, and the comparison of a resource.

A stand-in brings its kinds of resources, its cloud, and the words for the cloud's errors. No cloud is named here.
"""
