#define _GNU_SOURCE
#include "edit.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static EditLine *editor;
static struct termios found;   // as the process was given it
static struct termios taken;   // as it was when another program got it
static volatile sig_atomic_t is_open;
// Characters typed before the first `begin`: the terminal had made Enter a line feed then.
static int typed_before;
// Characters that were read by others and come next.
static int32_t ahead[4096];
static int32_t ahead_count, ahead_next;

static void wake(int number) { (void)number; }

bool clip_edit_open(void) {
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &found) != 0) return false;
  // Without a UTF-8 locale libedit drops everything that is not ASCII.
  if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
  editor = el_init("clipscope", stdin, stdout, stderr);
  if (editor == NULL) return false;
  // While editing (-d) every key is one. While working (-x) only the keys that send signals act.
  el_set(editor, EL_SETTY, "-d", "-isig", "-icrnl", "-inlcr", "-ixon", "-iexten", NULL);
  el_set(editor, EL_SETTY, "-x", "-icanon", "-echo", "-icrnl", "-inlcr", NULL);
  if (ioctl(STDIN_FILENO, FIONREAD, &typed_before) != 0) typed_before = 0;
  // Waiting for a key ends when the size changes: no SA_RESTART.
  struct sigaction action = {.sa_handler = wake};
  sigaction(SIGWINCH, &action, NULL);
  // A change of size is only noticed where `clip_edit_read` waits.
  sigset_t window;
  sigemptyset(&window);
  sigaddset(&window, SIGWINCH);
  pthread_sigmask(SIG_BLOCK, &window, NULL);
  is_open = 1;
  return true;
}

void clip_edit_close(void) {
  if (editor == NULL) return;
  is_open = 0;
  el_set(editor, EL_PREP_TERM, 0);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
  el_end(editor);
  editor = NULL;
}

void clip_edit_begin(void) {
  if (editor != NULL) el_set(editor, EL_PREP_TERM, 1);
}

void clip_edit_end(void) {
  if (editor != NULL) el_set(editor, EL_PREP_TERM, 0);
}

void clip_edit_suspend(void) {
  if (editor == NULL) return;
  tcgetattr(STDIN_FILENO, &taken);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
}

void clip_edit_resume(void) {
  if (editor != NULL) tcsetattr(STDIN_FILENO, TCSADRAIN, &taken);
}

int32_t clip_edit_read(int32_t milliseconds) {
  if (editor == NULL) return CLIP_EDIT_END;
  if (ahead_next < ahead_count) return ahead[ahead_next++];
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  sigdelset(&mask, SIGWINCH);
  int ready = ppoll(&input, 1, milliseconds < 0 ? NULL : &time, &mask);
  if (ready < 0) return errno == EINTR ? CLIP_EDIT_SIGNAL : CLIP_EDIT_END;
  if (ready == 0) return CLIP_EDIT_TIMEOUT;
  wchar_t character = 0;
  errno = 0;
  int count = el_wgetc(editor, &character);
  if (count <= 0) return count < 0 && errno == EINTR ? CLIP_EDIT_SIGNAL : CLIP_EDIT_END;
  if (typed_before > 0) {
    typed_before -= character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    if (character == L'\n') character = L'\r';
  }
  return (int32_t)character;
}

void clip_edit_type_ahead(const int32_t *characters, int32_t count) {
  if (ahead_next == ahead_count) ahead_next = ahead_count = 0;
  const int32_t room = (int32_t)(sizeof ahead / sizeof *ahead) - ahead_count;
  if (count > room) count = room;
  if (count <= 0) return;
  memcpy(ahead + ahead_count, characters, (size_t)count * sizeof *ahead);
  ahead_count += count;
}

bool clip_edit_pending(void) {
  if (ahead_next < ahead_count) return true;
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&input, 1, 0) == 1;
}

void clip_edit_size(int32_t *columns, int32_t *rows) {
  int wide = 0, high = 0;
  if (editor != NULL) {
    el_resize(editor);
    el_get(editor, EL_GETTC, "co", &wide);
    el_get(editor, EL_GETTC, "li", &high);
  }
  *columns = wide > 0 ? wide : 80;
  *rows = high > 0 ? high : 24;
}

void clip_edit_abandon(void) {
  if (!is_open) return;
  static const char sane[] = "\x1b[?2004l";
  ssize_t written = write(STDOUT_FILENO, sane, sizeof sane - 1);
  (void)written;
  tcsetattr(STDIN_FILENO, TCSANOW, &found);
}
