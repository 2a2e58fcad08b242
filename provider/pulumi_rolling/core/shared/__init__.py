"""The rules that every machine obeys, over what every machine is shown."""
