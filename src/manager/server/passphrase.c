/* Reading secrets: from a terminal without echo, from a pipe or a file as they are. They lie in the
 * arena alone, which is told to wipe them. */
#include "manager/server/passphrase.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

#define LINE_MAX_BYTES 4200 /* above 1,024 characters, the most that a password may have */
#define PROMPT "Passphrase: "
#define FILE_MAX_BYTES ((size_t)64 * 1024)

static void echo(bool on)
{
    struct termios settings;
    if (tcgetattr(STDIN_FILENO, &settings) == 0) {
        if (on) {
            settings.c_lflag |= (tcflag_t)ECHO;
        } else {
            settings.c_lflag &= ~(tcflag_t)ECHO;
        }
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings);
    }
}

static Str without_end(Str line)
{
    while (line.len > 0 && strchr("\r\n", line.ptr[line.len - 1]) != NULL) {
        line.len--;
    }
    return line;
}

Err *passphrase_ask(Arena *a, const char *prompt, Str *ret_text)
{
    const bool terminal = isatty(STDIN_FILENO) != 0;
    if (terminal) {
        (void)fputs(prompt, stderr);
        echo(false);
    }
    arena_hold_secrets(a);
    char *line = arena_alloc(a, LINE_MAX_BYTES);
    const bool read = fgets(line, LINE_MAX_BYTES, stdin) != NULL;
    if (terminal) {
        echo(true);
        (void)fputc('\n', stderr);
    }
    if (!read) {
        return err(a, ERR_INVALID, "Standard input ended before the answer to \"%s\".", prompt);
    }
    *ret_text = without_end(str_from(line));
    return NULL;
}

Err *passphrase_ask_twice(Arena *a, const char *prompt, Str *ret_text)
{
    Str text = STR_NONE;
    Str second = STR_NONE;
    TRY(passphrase_ask(a, prompt, &text));
    if (isatty(STDIN_FILENO) != 0) {
        TRY(passphrase_ask(a, "The same again: ", &second));
        if (!str_equal(text, second)) {
            return err(a, ERR_INVALID, "The two are not the same; nothing was done.");
        }
    }
    *ret_text = text;
    return NULL;
}

static CHECKED Err *read_file(Arena *a, const char *file, Str *ret_text)
{
    Str content = STR_NONE;
    arena_hold_secrets(a);
    TRY(file_read(a, file, FILE_MAX_BYTES, &content));
    *ret_text = without_end(str_cut(&content, '\n'));
    return NULL;
}

Err *passphrase_read(Arena *a, const char *file, bool again, Str *ret_text)
{
    Str text = STR_NONE;
    if (file != NULL) {
        TRY(read_file(a, file, &text));
    } else if (again) {
        TRY(passphrase_ask_twice(a, PROMPT, &text));
    } else {
        TRY(passphrase_ask(a, PROMPT, &text));
    }
    if (text.len == 0) {
        return err(a, ERR_INVALID, "The passphrase is empty.");
    }
    *ret_text = text;
    return NULL;
}
