"""Alibaba Cloud's services, as its kinds of groups need them."""
