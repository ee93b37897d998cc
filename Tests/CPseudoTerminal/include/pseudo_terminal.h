#pragma once
#include <sys/types.h>

// Programs in terminals of their own: what it takes Swift's Glibc module leaves out.

/// Starts a program as the leader of a session on a new terminal, in a folder. `arguments` and `variables` end in NULL.
/// Gives the side of the terminal that a test holds, and the process; -1 where that failed.
int pseudo_terminal_start(const char *_Nonnull program, char *_Nullable const *_Nonnull arguments,
                          char *_Nullable const *_Nonnull variables, const char *_Nonnull folder, int columns,
                          int rows, pid_t *_Nonnull process);

/// Gives it another size; the program within is told.
void pseudo_terminal_resize(int terminal, int columns, int rows);
