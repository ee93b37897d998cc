#pragma once
#include <stdbool.h>
#include <stdint.h>

// The terminal as libedit knows it: its modes, its size, and what is typed, as characters. `el_set` and `el_get`
// take variable arguments, which Swift cannot call. One terminal a process.

/// What `clip_edit_read` gives instead of a character: the terminal went away; a signal came, perhaps because the
/// terminal has another size; nothing was typed in time.
#define CLIP_EDIT_END (-1)
#define CLIP_EDIT_SIGNAL (-2)
#define CLIP_EDIT_TIMEOUT (-3)

/// Opens the terminal on standard input and output, in a UTF-8 locale; false where that cannot be done.
bool clip_edit_open(void);

/// Gives the terminal back as it was found.
void clip_edit_close(void);

/// Keys arrive one by one and are not shown. Ctrl-C is a key.
void clip_edit_begin(void);

/// Work runs: Ctrl-C is a signal; what is typed meanwhile is kept for the next `clip_edit_begin` and not shown.
void clip_edit_end(void);

/// The terminal as it was found, for another program; `clip_edit_resume` takes it back.
void clip_edit_suspend(void);
void clip_edit_resume(void);

/// The next character typed, waiting at most `milliseconds` (forever where negative).
int32_t clip_edit_read(int32_t milliseconds);

/// Characters that were typed while somebody else read the terminal: they come next. What is beyond a few thousand is
/// dropped.
void clip_edit_type_ahead(const int32_t *_Nonnull characters, int32_t count);

/// Whether more was typed already.
bool clip_edit_pending(void);

/// Asks the terminal for its size; 80 by 24 where it does not say.
void clip_edit_size(int32_t *_Nonnull columns, int32_t *_Nonnull rows);

/// Gives the terminal back, in a signal handler that ends the process.
void clip_edit_abandon(void);
