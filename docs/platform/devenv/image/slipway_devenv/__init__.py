"""What runs in a DevEnv beside the person's own work: the supervisor and the jobs. Start reading at supervisor.py."""
