"""Wire formats. Each module turns bytes into IncomingEvents and an outcome back into its product's answer."""
