"""The whole path, played against the embedded GitHub with a sample product and a cast of people."""
