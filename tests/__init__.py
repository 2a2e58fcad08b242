import os

# No test looks for a public image, and making some thousand of them takes time at every reset of a lab.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
