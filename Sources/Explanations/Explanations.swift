// Explanations: see CONTRIBUTING.md for what belongs here.
