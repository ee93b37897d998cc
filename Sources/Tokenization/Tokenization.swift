// Tokenization: see CONTRIBUTING.md for what belongs here.
