"""Three invented sites with a month of visitors, and more of them while the server runs."""
