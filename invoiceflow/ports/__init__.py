"""What the system needs from outside: one abstract class a file, named for its role. Adapters carry technologies' names."""
