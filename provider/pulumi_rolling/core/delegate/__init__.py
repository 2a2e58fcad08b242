"""The delegate machine: the cloud rolls, and we begin its operation, follow it and see to the way back."""
