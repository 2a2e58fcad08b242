"""Alibaba Cloud's wire: signatures, requests and answers of ESS, and of ECS as far as groups need it."""
